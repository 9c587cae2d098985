//! The program as `sendmail`: what it makes of every text, every caller and every dialogue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::alert::ALERT_OCTETS_MAX;
use spool_format::folder::parse_file_name;
use spool_format::{Alert, Layout};

use super::{Exit, Said, Sandbox};

impl Sandbox {
    fn sendmail(&self, words: &[&str]) -> Said {
        self.run_as("/usr/sbin/sendmail", self.folder.path(), words)
    }

    /// Every alert in the spool.
    pub(super) fn alerts(&self) -> Vec<Alert> {
        let read = |name: &String| {
            let id = parse_file_name(name).expect("nothing but alerts");
            let octets = std::fs::read(self.incoming().join(name)).expect("the file");
            Alert::parse(&octets, id).expect("an alert")
        };
        self.names().iter().map(read).collect()
    }

    /// The one alert that came of these words, and its message.
    fn sent(&self, words: &[&str]) -> (Alert, Vec<u8>) {
        let said = self.sendmail(words);
        assert_eq!((said.exit, said.stdout.as_str()), (Exit::Done, ""), "{words:?}: {}", said.stderr);
        let [alert] = <[Alert; 1]>::try_from(self.alerts()).expect("one alert");
        let message = STANDARD.decode(alert.message.as_deref().expect("a message")).expect("base64");
        (alert, message)
    }
}

#[test]
fn every_text_is_an_alert_and_stays_as_it_is() {
    for stdin in [
        b"Subject: t\n\none\n.\n..two\n.three\n".as_slice(),
        b"Subject: t\r\n\r\nb\r\n.\r\nc\r\n",
        b"no header at all\n",
        b"no line end",
        b"Subject: \xb8\xe3\xbe\xe3 \xff\n\n\x00\xff\n",
        b"From root Mon Nov 14 23:42 UTC 2016\nSubject: s\n\nFrom here on\n",
        b"\n\nb",
        b"Subject: only a header",
        b"\0",
        b"",
        b" \r\n\n",
    ] {
        let (alert, message) = Sandbox::with_stdin(stdin).sent(&["root"]);
        assert_eq!(message, stdin);
        assert_eq!(alert.to, ["root"]);
        let is_empty = stdin.iter().all(u8::is_ascii_whitespace);
        assert_eq!(alert.subject, if is_empty { "(empty message)" } else { "" });
        assert_eq!(alert.source.map(|source| source.program).as_deref(), Some("sendmail"));
    }
}

#[test]
fn what_is_too_large_is_cut_and_says_so() {
    let (alert, message) = Sandbox::with_stdin(&vec![b'x'; 6 * 1024 * 1024]).sent(&["root"]);
    assert!(message.ends_with(b"x\n[sendmail: cut here: 1048576 more octets are left out]\n"));
    assert!(alert.to_octets().len() < ALERT_OCTETS_MAX);
}

#[test]
fn a_dot_ends_the_text_only_where_a_person_types() {
    let typed = |words: &[&str]| {
        let stdin = b"one\n.\ntwo\n".to_vec();
        Sandbox { stdin, stdin_is_terminal: true, ..Sandbox::new() }.sent(words).1
    };
    // A terminal gives line for line; what stands behind the dot is not read there.
    assert_eq!(typed(&["-i", "root"]), b"one\n.\ntwo\n");
    assert_eq!(typed(&["-oi", "root"]), b"one\n.\ntwo\n");
    let stdin = b"one\n.\n".to_vec();
    let at_the_dot = Sandbox { stdin, stdin_is_terminal: true, ..Sandbox::new() };
    assert_eq!(at_the_dot.sent(&["root"]).1, b"one\n");
}

#[test]
fn the_header_names_recipients_only_if_it_is_asked_to_and_blind_copies_are_never_kept() {
    let stdin = b"To: a@x.jp\nbCC: b@x.jp,\n c@x.jp\nBcc : d@x.jp\nCc: root, a@x.jp\nBcc: e@x.jp\n\nBcc: not a header\n";
    let (alert, message) = Sandbox::with_stdin(stdin).sent(&["-t", "f@x.jp, G <g@x.jp>", "a@x.jp"]);
    assert_eq!(
        (alert.to.join(" "), alert.cc.join(" "), alert.bcc.join(" ")),
        ("f@x.jp g@x.jp a@x.jp".into(), "root".into(), "b@x.jp c@x.jp d@x.jp e@x.jp".into())
    );
    assert_eq!(message, b"To: a@x.jp\nCc: root, a@x.jp\n\nBcc: not a header\n");
    let (alert, without) = Sandbox::with_stdin(stdin).sent(&["x@x.jp"]);
    assert_eq!((alert.recipients().collect::<Vec<_>>(), without), (vec!["x@x.jp"], message));
}

#[test]
fn nobody_at_all_is_left_to_the_agent() {
    assert_eq!(Sandbox::with_stdin(b"Subject: s\n\nb\n").sent(&["-t"]).0.recipients().count(), 0);
    assert_eq!(Sandbox::with_stdin(b"b\n").sent(&[]).0.recipients().count(), 0);
}

#[test]
fn sender_and_name_come_from_the_flags_where_the_message_has_none() {
    let (alert, _) =
        Sandbox::with_stdin(b"Subject: s\n\nb\n").sent(&["-F", "A B", "-f", "X <x@x.jp>", "root"]);
    assert_eq!((alert.from_name.as_deref(), alert.sender.as_deref()), (Some("A B"), Some("x@x.jp")));
    let (alert, _) = Sandbox::with_stdin(b"From: y@x.jp\n\nb\n").sent(&["-FCronDaemon", "-fnobody", "root"]);
    assert_eq!((alert.from_name, alert.sender), (None, None));
}

#[test]
fn what_is_no_mail_is_answered_without_reading_stdin() {
    for (program, words, exit, part) in [
        ("mailq", ["-v"].as_slice(), Exit::NoProgram, "`alertmail list`: list"),
        ("sendmail", &["-bp"], Exit::NoProgram, "`alertmail list`: list"),
        ("sendmail", &["-q"], Exit::NoProgram, "`alertmail retry --all`: retry+--all"),
        ("sendmail", &["-q30m"], Exit::Done, ""),
        ("newaliases", &[], Exit::Done, ""),
        ("sendmail", &["-bi"], Exit::Done, ""),
        ("sendmail", &["-bd", "-q30m", "-bd"], Exit::Usage, "-bd: this is no server"),
        ("sendmail", &["-bv", "root"], Exit::Usage, "alertmail route"),
    ] {
        let sandbox = Sandbox::with_stdin(b"not read\n");
        let said = sandbox.run_as(program, sandbox.folder.path(), words);
        assert_eq!((said.exit, sandbox.names().len()), (exit, 0), "{program} {words:?}");
        assert!(said.stderr.contains(part) && said.stderr.is_empty() == part.is_empty(), "{}", said.stderr);
    }
    let said = Sandbox::new().sendmail(&["--help"]);
    assert_eq!(said.stdout.lines().find(|line| line.chars().count() > 100), None);
    assert_eq!(
        (said.exit, said.stdout.lines().last()),
        (Exit::Done, Some("Exit codes are those of enqueue (enqueue --help)."))
    );
}

#[test]
fn an_unknown_flag_is_warned_of_and_the_mail_goes() {
    let sandbox = Sandbox::with_stdin(b"b\n");
    assert_eq!(
        sandbox.sendmail(&["-Zunknown", "root"]).stderr,
        "sendmail: warning: unknown option `-Zunknown` is ignored\n"
    );
    assert_eq!(sandbox.alerts()[0].to, ["root"]);
}

#[test]
fn a_crowd_is_refused_with_what_to_do() {
    let many: Vec<String> = (0..101).map(|n| format!("a{n}@x.jp")).collect();
    let said = Sandbox::with_stdin(b"b\n").sendmail(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said.exit, Exit::BadData);
    assert!(said.stderr.contains("101 recipients"), "{}", said.stderr);
}

#[test]
fn a_dialogue_on_stdin_stores_its_messages_before_it_says_so() {
    let dialogue = "EHLO x\nMAIL FROM:<s@x.jp>\nRCPT TO:<root>\nRCPT TO:<a@x.jp>\nDATA\nBcc: b@x.jp\nSubject: s\n\n..b\n.\nMAIL FROM:<>\nRCPT TO:<c@x.jp>\nDATA\nb\n.\nQUIT\n";
    for dialogue in [dialogue.to_owned(), dialogue.replace('\n', "\r\n")] {
        let sandbox = Sandbox::with_stdin(dialogue.as_bytes());
        let said = sandbox.sendmail(&["-bs", "-odb", "-oem"]);
        assert_eq!((said.exit, said.stderr.as_str()), (Exit::Done, ""), "{}", said.stdout);
        let mut alerts = sandbox.alerts();
        alerts.sort_by_key(|alert| alert.to.len());
        assert_eq!(
            alerts.iter().map(|alert| alert.to.join(" ")).collect::<Vec<_>>(),
            ["c@x.jp", "root a@x.jp"]
        );
        assert_eq!(alerts[1].sender.as_deref(), Some("s@x.jp"));
        let message = STANDARD.decode(alerts[1].message.as_deref().expect("one")).expect("base64");
        assert_eq!(String::from_utf8_lossy(&message).replace('\r', ""), "Subject: s\n\n.b\n");
        for alert in &alerts {
            let name = alert.id.expect("an id").to_string();
            assert!(said.stdout.contains(&format!("250 2.0.0 kept as {name}\r\n")), "{}", said.stdout);
        }
        assert!(
            said.stdout.starts_with("220 ") && said.stdout.ends_with("221 2.0.0 bye\r\n"),
            "{}",
            said.stdout
        );
    }
}

#[test]
fn a_dialogue_in_which_nothing_was_stored_is_no_success() {
    for (dialogue, exit) in [
        ("", Exit::BadData),
        ("EHLO x\n", Exit::BadData),
        ("EHLO x\nQUIT\n", Exit::Done),
        ("EHLO x\nMAIL FROM:<a@x>\nRCPT TO:<root>\nDATA\nSubject: s\n\nb\n", Exit::BadData),
        ("EHLO x\nMAIL FROM:<a@x>\nRCPT TO:<root>\nDATA\nb\n.\n", Exit::Done),
        ("EHLO x\nMAIL FROM:<a@x>\nRCPT TO:<root>\nDATA\nb\n.\nMAIL FROM:<a@x>\n", Exit::BadData),
    ] {
        assert_eq!(Sandbox::with_stdin(dialogue.as_bytes()).sendmail(&["-bs"]).exit, exit, "{dialogue:?}");
    }
    let dialogue = b"EHLO x\nMAIL FROM:<a@x>\nRCPT TO:<root>\nDATA\nb\n.\nQUIT\n";
    let sandbox = Sandbox::with_stdin(dialogue);
    std::fs::remove_dir_all(Layout::new(sandbox.folder.path()).folder(spool_format::Folder::Incoming))
        .expect("removed");
    let said = sandbox.sendmail(&["-bs"]);
    assert_eq!(said.exit, Exit::NoSpool);
    assert!(said.stdout.contains("\r\n451 4.3.0 enqueue: not stored: "), "{}", said.stdout);
}
