//! The preview: what a person sees, and that it is the very mail that goes out. `ALERTMAIL_UPDATE_GOLDEN=1` writes the
//! pages anew.

use std::process::Command;

use alertmail::exit::Exit;
use harness::{Ended, Sandbox, run, write_file};
use lab::{Personality, Port};
use serde_json::Value;
use spool_format::{AlertId, State};

use crate::golden::{self, LANGUAGES, Said, looks_like};
use crate::{alertmail, sandbox};

/// Months old: nothing that is measured from now says "late".
const ALERT: &str = r#"{"version":1,"id":"01kax3tzzzzzzzzzzzzzzzzzzz","created":"2026-01-02T03:04:05Z",
    "subject":"ディスク①使用率が98%になりました","body":"/dev/sda1 98%\nC:\\log ｶﾞｲﾄﾞ https://example.com/\n","severity":"critical",
    "key":"disk","sender":"root@web1.example.jp","to":["山田","oncall@docomo.ne.jp"],"cc":["ops@example.jp"],
    "source":{"host":"web1","program":"df"},
    "attachments":[{"name":"使用率.csv","type":"text/csv","data":"MSwyCg=="}]}"#;

const PROVIDERS: &str = r#"
[[provider]]
name = "home"
host = "mail.example.jp"
from = "alert@example.jp"
subject_max = 15

[[provider]]
preset = "docomo"
user = "watch"
password = { credential = "docomo" }
from = "watch@docomo.ne.jp"
from_name = "監視🚨"
charset = "iso-2022-jp"
"#;

/// Writes the configuration of a sandbox: this text behind its spool.
pub(crate) fn configure(sandbox: &Sandbox, text: &str) {
    let text = format!("spool = \"{}\"\n{text}", sandbox.spool().display());
    write_file(&sandbox.config_file(), 0o600, text.as_bytes());
}

fn preview_command(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = alertmail(&["preview"]);
    command.args(arguments).arg("--config").arg(sandbox.config_file());
    command
}

fn preview(sandbox: &Sandbox, arguments: &[&str], stdin: &str) -> Ended {
    run(&mut preview_command(sandbox, arguments), stdin.as_bytes())
}

/// The page of [`ALERT`] in Japan.
fn page(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let mut command = alertmail(&["preview", "--file", "-"]);
    command.args(arguments).arg("--config").arg(sandbox.config_file()).env("TZ", "Asia/Tokyo");
    run(&mut command, ALERT.as_bytes()).expect_success()
}

#[test]
fn a_page_has_the_octets_the_readers_view_the_changes_and_docomo() {
    let sandbox = sandbox();
    configure(&sandbox, PROVIDERS);
    looks_like("preview-plain.txt", &page(&sandbox, &["--all"]));
    configure(&sandbox, &format!("[alerts]\ntemplate = \"auto\"\n{PROVIDERS}"));
    let page = page(&sandbox, &["--provider", "docomo"]);
    looks_like("preview-template.txt", &page);
    let preview = ["preview", "--file", "-"];
    let document = preview_command(&sandbox, &["--file", "-", "--all", "--json"]);
    let document = run(&mut { document }, ALERT.as_bytes()).expect_success();
    golden::document("preview", &document, sandbox.path());
    for language in LANGUAGES {
        let mut said = Said::nothing(language, sandbox.path());
        for more in [&["--all"][..], &["--provider", "docomo"], &["--provider", "x"]] {
            let mut command = preview_command(&sandbox, &[&preview[1..], more].concat());
            said.ask_with(&[&preview, more].concat(), &mut command, ALERT.as_bytes());
        }
        said.looks_like("preview");
    }
    assert!(!page.contains('\u{1b}'), "no colour and no escape where there is no terminal");
}

#[test]
fn docomo_is_left_out_where_it_has_nothing_to_do_and_can_be_asked() {
    let sandbox = sandbox();
    configure(&sandbox, PROVIDERS);
    let alert = r#"{"version":1,"subject":"disk full","to":["ops@example.jp"]}"#;
    let page = |more: &[&str]| preview(&sandbox, &[&["--file", "-"], more].concat(), alert).expect_success();
    assert!(!page(&[]).contains("docomo"));
    assert!(page(&["--docomo"]).contains("IN THE MAILBOX"));
    assert!(page(&["--provider", "docomo"]).contains("RELAYED"));
    let shown: Value = serde_json::from_str(&page(&["--docomo", "--json"])).expect("a document");
    let docomo = &shown["previews"][0]["mail"]["docomo"];
    assert_eq!((&docomo["relayed"], &docomo["list"]), (&Value::Null, &"disk full".into()));
    let text = docomo["mailbox"]["parts"].as_array().and_then(|parts| parts.last()).expect("a text");
    assert_eq!((&text["charset"], &text["encoding"]), (&"SHIFT_JIS".into(), &"base64".into()));
}

#[test]
fn the_octets_of_a_preview_are_those_that_the_provider_gets() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::plain());
    let dead = Port::reserve().expect("a port");
    configure(
        &sandbox,
        &format!(
            "[alerts]\nfrom_name = \"監視\"\ntemplate = \"short\"\n\
             [template.short]\nsubject = \"{{{{ severity }}}} {{{{ subject }}}} ({{{{ provider }}}})\"\n\
             [[provider]]\nname = \"dead\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nauth = \"none\"\nfrom = \"a@example.jp\"\n\
             [[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nauth = \"none\"\nfrom = \"b@example.jp\"\n",
            dead.number(),
            server.port()
        ),
    );
    let id = sandbox.enqueue(&["--to", "good@example.jp", "--subject", "障害 ①", "--key", "k", "ｶﾞｲﾄﾞ\n"]);
    let octets = preview(&sandbox, &[id.as_str(), "--provider", "home", "--octets"], "").expect_success();
    let agent = sandbox.start_agent();
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    let mails = server.mails();
    assert_eq!(octets, mails[0].text());
    assert_eq!(mails[0].header("Subject"), Some("warning =?UTF-8?B?6Zqc5a6zIOKRoA==?= (home)".into()));

    let gone = preview(&sandbox, &[id.as_str()], "");
    assert_eq!(gone.code, Some(i32::from(Exit::Data.code())));
    assert!(gone.stderr.contains(&format!("the file of {id} is gone")), "{}", gone.stderr);
}

#[test]
fn a_waiting_alert_is_shown_for_those_who_do_not_have_it_yet() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::plain().recipient("bad@example.jp", "450 4.2.1 busy"));
    configure(
        &sandbox,
        &format!(
            "[[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nauth = \"none\"\nfrom = \"b@example.jp\"\n",
            server.port()
        ),
    );
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", "good@example.jp,bad@example.jp", "--subject", "s", ""]);
    sandbox.wait_for("the alert is deferred", harness::PATIENCE, || {
        matches!(sandbox.state(id), Some(State::Deferred { .. }))
    });
    let shown: Value =
        serde_json::from_str(&preview(&sandbox, &[&id.as_str()[..20], "--json"], "").expect_success())
            .expect("a document");
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(shown["id"], id.as_str());
    let preview = &shown["previews"][0];
    assert_eq!((&preview["provider"], &preview["sender"]), (&"home".into(), &"b@example.jp".into()));
    assert_eq!(preview["recipients"], serde_json::json!(["bad@example.jp"]));
    assert_eq!(preview["mail"]["octets"], server.mails()[0].text());
    assert_eq!(preview["mail"]["docomo"], Value::Null);
    let parts = preview["mail"]["shown"]["parts"].as_array().expect("parts");
    assert_eq!(parts.iter().filter(|part| part["part"] == "Subject").count(), 1);
}

#[test]
fn a_template_that_fails_on_one_alert_is_told_in_the_journal_and_the_mail_goes_out() {
    let sandbox = sandbox();
    let server = sandbox.server("home", Personality::plain());
    configure(
        &sandbox,
        &format!(
            "[alerts]\ntemplate = \"odd\"\n[template.odd]\nsubject = \"{{% if key == 'k' %}}{{{{ headers['X-No'] }}}}{{% endif %}}odd\"\n\
             [[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nauth = \"none\"\nfrom = \"b@example.jp\"\n",
            server.port()
        ),
    );
    let agent = sandbox.start_agent();
    let id = sandbox.enqueue(&["--to", "good@example.jp", "--subject", "disk full", "--key", "k", "text"]);
    sandbox.wait_until_sent(id);
    assert_eq!(agent.stop(), Some(0));
    assert_eq!(server.mails()[0].header("Subject").as_deref(), Some("disk full"));
    let spool = sandbox.spool().to_string_lossy().into_owned();
    let shown = sandbox.alertmail(&["show", id.as_str(), "--spool", &spool]).expect_success();
    assert!(shown.contains("template `odd`: `subject`: line 1: not every alert has this"), "{shown}");
}

#[test]
fn what_cannot_be_shown_is_refused_with_a_reason() {
    let sandbox = sandbox();
    configure(&sandbox, PROVIDERS);
    let id = AlertId::parse("01kax3tzzzzzzzzzzzzzzzzzzz").expect("an id").to_string();
    for (arguments, stdin, exit, part) in [
        (&["--file", "-"][..], "no alert", Exit::Data, "this is no alert"),
        (&["--file", "-"], r#"{"version":1,"subject":"s"}"#, Exit::Data, "nobody is to get this alert"),
        (&["--file", "/nonexistent"], "", Exit::NoInput, "cannot read the alert from `/nonexistent`"),
        (
            &["--file", "-", "--provider", "x"],
            ALERT,
            Exit::Usage,
            "there is no provider `x`; there are home, docomo",
        ),
        (&[&id], "", Exit::Data, "no alert's id begins with"),
        (&[], "", Exit::Usage, ""),
        (&["--file", "-", "--octets", "--json"], ALERT, Exit::Usage, ""),
    ] {
        let ended = preview(&sandbox, arguments, stdin);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(part) && ended.stdout.is_empty(), "{arguments:?}: {ended:?}");
    }
}
