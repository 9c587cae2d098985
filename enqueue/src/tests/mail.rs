//! The program as `mail`: the exact calls of those who send with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spool_format::Alert;

use super::{Exit, Said, Sandbox};

impl Sandbox {
    fn mail(&self, words: &[&str]) -> Said {
        self.run_as("/usr/bin/mail", self.folder.path(), words)
    }

    /// The alert that came of these words, and its message.
    fn mailed(&self, words: &[&str]) -> (Alert, String) {
        let said = self.mail(words);
        assert_eq!(
            (said.exit, said.stdout.as_str(), said.stderr.as_str()),
            (Exit::Done, "", ""),
            "{words:?}"
        );
        let [alert] = <[Alert; 1]>::try_from(self.alerts()).expect("one alert");
        assert_eq!(alert.source.as_ref().expect("a source").program, "mail");
        let message = STANDARD.decode(alert.message.as_deref().expect("a message")).expect("base64");
        (alert, String::from_utf8_lossy(&message).into_owned())
    }
}

#[test]
fn monitors_and_scripts_that_send_by_mail_are_understood_to_the_letter() {
    let ops = "ops@example.com";
    for (who, words, stdin, to, head) in [
        (
            "smartd",
            ["-s", "SMART error (Health) detected on host: nas", ops, "root"].as_slice(),
            "failed\n",
            [ops, "root"].as_slice(),
            "To: ops@example.com, root\nSubject: SMART error (Health) detected on host: nas\n",
        ),
        (
            "nagios",
            &["-s", "** PROBLEM Host Alert: web1 is DOWN **", ops],
            "***** Nagios *****\n",
            &[ops],
            "To: ops@example.com\nSubject: ** PROBLEM Host Alert: web1 is DOWN **\n",
        ),
        (
            "icinga2 of Debian",
            &["-a", "From: Icinga <icinga@example.com>", "-s", "[PROBLEM] http on web1 is CRITICAL!", ops],
            "no newline",
            &[ops],
            "To: ops@example.com\nSubject: [PROBLEM] http on web1 is CRITICAL!\nFrom: Icinga <icinga@example.com>\n",
        ),
        (
            "icinga2 elsewhere",
            &["-r", "Icinga <icinga@example.com>", "-s", "S", ops],
            "t\n",
            &[ops],
            "To: ops@example.com\nFrom: Icinga <icinga@example.com>\nSubject: S\n",
        ),
        (
            "zed",
            &["-s", "ZFS device fault for pool tank on nas", "root"],
            "The number of I/O errors\n",
            &["root"],
            "To: root\nSubject: ZFS device fault for pool tank on nas\n",
        ),
        (
            "chkrootkit",
            &["-s", "[chkrootkit] alert for nas", "root"],
            "Warning\n",
            &["root"],
            "To: root\nSubject: [chkrootkit] alert for nas\n",
        ),
        (
            "fail2ban",
            &["-E", "set escape", "-s", "[Fail2Ban] sshd: banned 192.0.2.7 from nas", "root"],
            "Hi,\n",
            &["root"],
            "To: root\nSubject: [Fail2Ban] sshd: banned 192.0.2.7 from nas\n",
        ),
        (
            "unattended-upgrades",
            &["-r", "root", "-s", "unattended-upgrades result for nas: SUCCESS", ops],
            "Upgraded\n",
            &[ops],
            "To: ops@example.com\nFrom: root\nSubject: unattended-upgrades result for nas: SUCCESS\n",
        ),
        (
            "apcupsd",
            &["-s", "nas UPS home Power Failure !!!", "root@localhost"],
            "status\n",
            &["root@localhost"],
            "To: root@localhost\nSubject: nas UPS home Power Failure !!!\n",
        ),
        (
            "a list",
            &["-s", "S", "Ops <ops@example.com>, b@example.com"],
            "",
            &[ops, "b@example.com"],
            "To: Ops <ops@example.com>, b@example.com\nSubject: S\n",
        ),
        ("nobody", &["-s", "S"], "t\n", &[], "Subject: S\n"),
    ] {
        let (alert, message) = Sandbox::with_stdin(stdin.as_bytes()).mailed(words);
        assert_eq!(alert.to, to, "{who}");
        assert_eq!(message, format!("{head}\n{stdin}"), "{who}");
    }
}

#[test]
fn a_blind_copy_is_a_recipient_and_in_no_header() {
    let (alert, message) = Sandbox::with_stdin(b"t\n").mailed(&[
        "-s",
        "S",
        "-b",
        "b@x.example",
        "-c",
        "c@x.example",
        "a@x.example",
    ]);
    assert_eq!((alert.cc, alert.bcc), (vec!["c@x.example".to_owned()], vec!["b@x.example".to_owned()]));
    assert!(!message.contains("b@x"), "{message}");
}

#[test]
fn with_t_the_header_on_stdin_names_more_and_the_text_is_behind_it() {
    let stdin = b"Cc: c@x.example\nSubject: from stdin\nBcc: b@x.example\n\ntext\n";
    let (alert, message) = Sandbox::with_stdin(stdin).mailed(&["-t", "a@x.example"]);
    assert_eq!((alert.to.len(), alert.cc.len(), alert.bcc.len()), (1, 1, 1));
    assert_eq!(message, "To: a@x.example\nCc: c@x.example\nSubject: from stdin\n\ntext\n");
}

#[test]
fn octets_of_any_kind_stay_as_they_are() {
    let sandbox = Sandbox::with_stdin(b"\x93\xfa \xff\0 .\n.\nend");
    let said = sandbox.mail(&["-s", "x", "root"]);
    let message = sandbox.alerts()[0].message.clone().expect("a message");
    assert_eq!(said.exit, Exit::Done);
    assert!(STANDARD.decode(message).expect("base64").ends_with(b"\n\n\x93\xfa \xff\0 .\n.\nend"));
}

#[test]
fn an_empty_text_is_sent_unless_the_caller_asks_for_no_empty_mail() {
    assert_eq!(Sandbox::new().mailed(&["-s", "S", "root"]).1, "To: root\nSubject: S\n\n");
    let sandbox = Sandbox::new();
    let said = sandbox.mail(&["-E", "-s", "S", "root"]);
    assert_eq!((said.exit, sandbox.names().len()), (Exit::Done, 0));
    assert_eq!(said.stderr, "mail: the text is empty, and with -E that is not sent\n");
    assert!(Sandbox::with_stdin(b"t").mailed(&["-E", "-s", "S", "root"]).1.ends_with("\n\nt"));
}

#[test]
fn who_wants_to_read_mail_is_told_where_to_go_and_no_text_is_lost_over_it() {
    for (sandbox, words) in [
        (Sandbox::at_a_terminal(), [].as_slice()),
        (Sandbox::new(), &[]),
        (Sandbox::new(), &["-f"]),
        (Sandbox::new(), &["-e"]),
        (Sandbox::new(), &["-H"]),
        (Sandbox::new(), &["-u", "root"]),
        (Sandbox::new(), &["--file=/var/mail/root"]),
    ] {
        let said = sandbox.mail(words);
        assert_eq!((said.exit, sandbox.names().len()), (Exit::Usage, 0), "{words:?}");
        assert!(said.stderr.contains("reads mail, and this program only sends"), "{said:?}");
    }
    let (alert, message) = Sandbox::with_stdin(b"text\n").mailed(&[]);
    assert!(alert.to.is_empty() && message.ends_with("text\n"), "{message}");
    assert!(Sandbox::with_stdin(b"t\n").mailed(&["-f", "-s", "S", "root"]).1.ends_with("\n\nt\n"));
}

#[test]
fn files_travel_along_and_one_that_is_missing_is_told_of() {
    let sandbox = Sandbox::with_stdin(b"see the file\n");
    let file = sandbox.path("report.csv");
    std::fs::File::create(&file)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"a;b\n"))
        .expect("a file");
    let file = file.to_str().expect("UTF-8");
    let said = sandbox.mail(&["-s", "S", "-A", file, "-a", "/no/such/file", "root"]);
    let alert = sandbox.alerts().remove(0);
    let message = STANDARD.decode(alert.message.expect("a message")).expect("base64");
    let message = String::from_utf8_lossy(&message);
    assert_eq!(said.exit, Exit::Done);
    assert!(said.stderr.contains("warning: cannot attach `/no/such/file`"), "{said:?}");
    for part in [
        "see the file\n\n[mail: cannot attach `/no/such/file`",
        "Content-Type: text/csv\n",
        "report.csv\n",
        "YTtiCg==\n",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
}

#[test]
fn a_person_ends_the_text_by_a_dot_and_a_machine_does_not() {
    let typed = Sandbox { stdin: b"one\n.\n".to_vec(), ..Sandbox::at_a_terminal() };
    assert!(typed.mailed(&["-s", "S", "root"]).1.ends_with("\n\none\n"));
    assert!(
        Sandbox::with_stdin(b"one\n.\ntwo\n").mailed(&["-s", "S", "root"]).1.ends_with("\none\n.\ntwo\n")
    );
}
