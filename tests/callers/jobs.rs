//! Programs that run jobs, and send what those say.

use crate::mailbox::{ROOT, Received};
use crate::{Stage, host};

/// As Debian's cron reads it. The time is `@reboot`, since that is now; what cron does with the output does not depend on
/// it. The octal numbers are 障害 in EUC-JP and in `Shift_JIS`, and an é in ISO 8859-1.
const CRONTAB: &str = r#"
@reboot root : plain; echo one; echo .; echo three >&2; printf 'no end'
@reboot root : バックアップ; echo 失敗しました
@reboot root : eucjp; printf '\276\343\263\262\n'
@reboot root : sjis; printf '\217\341\212\121\n'
@reboot root : latin; printf 'caf\351\n'
@reboot root : nul; printf 'a\000b\n'
@reboot root : silent
MAILTO=audit@example.com
@reboot root : named; echo x
MAILTO="one@example.com,two@example.jp"
@reboot root : two; echo x
MAILTO=""
@reboot root : nobody; echo x
"#;

#[test]
fn what_jobs_of_cron_say_comes_into_the_mailboxes_that_mailto_names() {
    let Some(stage) = Stage::with(&["cron"]) else { return };
    stage.file("etc/crontab", 0o644, CRONTAB);
    let ended = stage.run("mkdir -p /var/spool/cron/crontabs; cron -f & wait_for 8");
    let mails = stage.delivered();
    for (job, recipients, body) in [
        (
            ": plain; echo one; echo .; echo three >&2; printf 'no end'",
            &[ROOT][..],
            "one\n.\nthree\nno end\n",
        ),
        (": バックアップ; echo 失敗しました", &[ROOT], "失敗しました\n"),
        (r": eucjp; printf '\276\343\263\262\n'", &[ROOT], "障害\n"),
        (r": sjis; printf '\217\341\212\121\n'", &[ROOT], "障害\n"),
        (r": latin; printf 'caf\351\n'", &[ROOT], "café\n"),
        (r": nul; printf 'a\000b\n'", &[ROOT], "ab\n"),
        (": named; echo x", &["audit@example.com"], "x\n"),
        (": two; echo x", &["one@example.com", "two@example.jp"], "x\n"),
    ] {
        let subject = format!("Cron <root@{}> {job}", host());
        let about: Vec<&Received> = mails.iter().filter(|mail| mail.subject == subject).collect();
        let to: Vec<&str> = about.iter().map(|mail| mail.recipient.as_str()).collect();
        assert_eq!(to, recipients, "{job}: {ended:?} {mails:#?}");
        assert_eq!(about[0].body, body, "{}", about[0].raw);
        assert_eq!(about[0].from.0, "Cron Daemon", "{}", about[0].raw);
    }
    assert_eq!(mails.len(), 9, "silence and MAILTO=\"\" are no mails: {mails:#?}");
}

/// What cronie 1.6 runs (Debian 12 does not have it), and what it writes, for a job of root's whose sender and recipient it
/// was not told.
#[test]
fn the_exact_call_of_cronie_comes_into_the_mailbox_of_root() {
    let stage = Stage::new();
    let said = format!(
        "From: \"(Cron Daemon)\" <root>\nTo: root\nSubject: Cron <root@{0}> /usr/local/bin/backup 夜\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\
         Auto-Submitted: auto-generated\nPrecedence: bulk\nX-Cron-Env: <LANG=ja_JP.UTF-8>\nX-Cron-Env: <SHELL=/bin/sh>\n\n\
         失敗しました\n.\nend\n",
        host()
    );
    let words = ["-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root"];
    stage.call(&stage.at("usr/sbin/sendmail"), &words, &[], said.as_bytes()).expect_success();
    let mail = stage.delivered_one();
    assert_eq!(mail.recipient, ROOT);
    assert_eq!(mail.subject, format!("Cron <root@{}> /usr/local/bin/backup 夜", host()));
    assert_eq!(mail.body, "失敗しました\n.\nend\n");
    assert_eq!(mail.to, [("root".to_owned(), ROOT.to_owned())]);
    assert!(mail.raw.contains("\nAuto-Submitted: auto-generated\n"), "{}", mail.raw);
}

#[test]
fn what_a_job_of_at_says_comes_into_the_mailbox_of_its_user() {
    let Some(stage) = Stage::with(&["at"]) else { return };
    let ended = stage.run(
        "cd /var/spool; mkdir -p cron/atjobs cron/atspool; printf 0 >cron/atjobs/.SEQ
        chown -R daemon:daemon cron; chmod 1770 cron/atjobs cron/atspool; chmod 600 cron/atjobs/.SEQ; cd /
        printf 'echo 失敗; echo .; printf end\\n' | at -m now
        printf 'true\\n' | at -m now
        atd -f -b 1 >&2 & wait_for 2",
    );
    let mails = stage.delivered();
    let [one, silent] = &mails[..] else { panic!("{ended:?} {mails:#?}") };
    let (one, silent) = if one.subject.ends_with('1') { (one, silent) } else { (silent, one) };
    assert!(one.subject.starts_with("Output from your job"), "{}", one.subject);
    assert_eq!((one.recipient.as_str(), one.body.as_str()), (ROOT, "失敗\n.\nend\n"), "{}", one.raw);
    assert_eq!((silent.recipient.as_str(), silent.body.trim()), (ROOT, ""), "{}", silent.raw);
}
