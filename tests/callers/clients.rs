//! Programs and libraries by which scripts send mail.

use crate::Stage;
use crate::mailbox::{FROM, ONCALL, ROOT, Received};

/// A text that loses something wherever somebody is careless.
const BODY: &str = "障害が発生\\n.\\n..\\nFrom here on\\n\\nend\\n";
/// The same as it is read.
const READ: &str = "障害が発生\n.\n..\nFrom here on\n\nend\n";

/// A function of the shell that says it.
fn say() -> String {
    format!("export LANG=C.UTF-8 HOME=/run; say() {{ printf '{BODY}'; }}; printf 'a,b\\n' >/run/障害.csv; ")
}

/// Recipients of a mail that was sent to several, all of whom have to see the same.
#[track_caller]
fn expect_same(mails: &[Received], recipients: &[&str]) {
    let found: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(found, recipients, "{mails:#?}");
    for mail in mails {
        assert_eq!((&mail.subject, &mail.body), (&mails[0].subject, &mails[0].body), "{}", mail.raw);
    }
}

#[test]
fn what_bsd_mailx_sends_arrives_as_it_was_meant() {
    let Some(stage) = Stage::with(&["bsd-mailx"]) else { return };
    let script =
        "say | bsd-mailx -s 'ディスク障害 disk' -c cc@example.com -b blind@example.com root; wait_for 1";
    let ended = stage.run(&(say() + script));
    let mails = stage.delivered();
    expect_same(&mails, &["blind@example.com", "cc@example.com", ROOT]);
    assert_eq!(mails[0].subject, "ディスク障害 disk", "{ended:?}");
    assert_eq!(mails[0].body, READ, "{}", mails[0].raw);
}

#[test]
fn what_mail_of_mailutils_sends_arrives_with_its_file_and_field() {
    let Some(stage) = Stage::with(&["mailutils"]) else { return };
    let ended = stage.run(&(say()
        + "say | mail.mailutils -s 'ディスク障害 disk' -A /run/障害.csv -a 'X-Mark: yes' root oncall@example.jp"));
    let mails = stage.delivered();
    expect_same(&mails, &[ONCALL, ROOT]);
    assert_eq!(mails[0].subject, "ディスク障害 disk", "{ended:?} {}", mails[0].raw);
    assert_eq!(mails[0].body, READ, "{}", mails[0].raw);
    assert_eq!(mails[0].files, [("障害.csv".to_owned(), b"a,b\n".to_vec())], "{}", mails[0].raw);
    assert!(mails[0].raw.contains("\nX-Mark: yes\n"), "{}", mails[0].raw);
}

/// The mail came with its file, and to the blind copy as well.
#[track_caller]
fn expect_it_with_its_file(stage: &Stage, ended: &harness::Ended) {
    let mails = stage.delivered();
    expect_same(&mails, &["blind@example.com", ROOT]);
    assert_eq!(mails[0].subject, "ディスク障害 disk", "{ended:?} {}", mails[0].raw);
    assert_eq!(mails[0].body, READ, "{}", mails[0].raw);
    assert_eq!(mails[0].files, [("障害.csv".to_owned(), b"a,b\n".to_vec())], "{}", mails[0].raw);
}

#[test]
fn what_s_nail_sends_arrives_with_its_file_and_to_blind_copies() {
    let Some(stage) = Stage::with(&["s-nail"]) else { return };
    let ended = stage.run(&(say()
        + "say | s-nail -n -s 'ディスク障害 disk' -a /run/障害.csv -b blind@example.com root; wait_for 1"));
    expect_it_with_its_file(&stage, &ended);
}

#[test]
fn what_mutt_sends_arrives_with_its_file_and_to_blind_copies() {
    let Some(stage) = Stage::with(&["mutt"]) else { return };
    let ended = stage
        .run(&(say() + "say | mutt -s 'ディスク障害 disk' -b blind@example.com -a /run/障害.csv -- root"));
    expect_it_with_its_file(&stage, &ended);
}

#[test]
fn what_mail_of_php_sends_arrives_under_the_providers_address() {
    let Some(stage) = Stage::with(&[]) else { return };
    stage.file(
        "send.php",
        0o644,
        "<?php mb_language('uni'); mb_internal_encoding('UTF-8');
        $body = \"障害が発生\\n.\\n..\\nFrom here on\\n\\nend\\n\";
        var_dump(mail('root', '=?UTF-8?B?' . base64_encode('ディスク障害 disk') . '?=', $body,
            \"From: 監視 <web@example.com>\\r\\nBcc: blind@example.com\\r\\nContent-Type: text/plain; charset=UTF-8\"));
        var_dump(mb_send_mail('root', 'ディスク障害 disk', $body));",
    );
    let ended = stage.run("php send.php; wait_for 2");
    let mails = stage.delivered();
    assert_eq!(ended.stdout, "bool(true)\nbool(true)\n", "{ended:?}");
    expect_same(&mails[..2], &["blind@example.com", ROOT]);
    assert_eq!(mails[2].recipient, ROOT);
    for mail in &mails {
        // mail() ends the last line once more.
        let read = (mail.subject.as_str(), mail.body.trim_end());
        assert_eq!(read, ("ディスク障害 disk", READ.trim_end()), "{}", mail.raw);
    }
    assert_eq!(mails[0].from, ("監視".to_owned(), FROM.to_owned()));
    assert!(
        mails[0].raw.contains("Reply-To: ") && mails[0].raw.contains("<web@example.com>"),
        "{}",
        mails[0].raw
    );
}

#[test]
fn what_python_sends_by_sendmail_and_by_smtplib_arrives_as_it_was_meant() {
    let Some(stage) = Stage::with(&[]) else { return };
    let [port] = harness::free_ports();
    let script = format!(
        r#"
import email.message, smtplib, subprocess
mail = email.message.EmailMessage()
mail["From"], mail["To"], mail["Bcc"] = "監視 <job@example.com>", "root", "oncall@example.jp"
mail["Subject"] = "ディスク障害 disk"
mail.set_content("障害が発生\n.\n..\nFrom here on\n\nend\n")
mail.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="障害.csv")
subprocess.run(["/usr/sbin/sendmail", "-t", "-oi"], input=bytes(mail), check=True)
with smtplib.SMTP("127.0.0.1", {port}) as server:
    print(server.send_message(mail))
"#
    );
    stage.file("send.py", 0o644, &script);
    let way = stage.open(&format!("[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{port}\"\n"));
    let ended = stage.run("/usr/bin/python3 send.py");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "{}\n"), "{ended:?}");
    let mails = stage.arrived(way, 2);
    expect_same(&mails[..2], &[ONCALL, ROOT]);
    expect_same(&mails[2..], &[ONCALL, ROOT]);
    // smtplib has Python's generator write the message again, and that one puts the sign before a From, as in a mailbox.
    let mangled = READ.replace("\nFrom", "\n>From");
    for (mail, body) in mails.iter().zip([READ, READ, &mangled, &mangled]) {
        assert_eq!((mail.subject.as_str(), mail.body.as_str()), ("ディスク障害 disk", body), "{}", mail.raw);
        assert_eq!(mail.from, ("監視".to_owned(), FROM.to_owned()));
        assert_eq!(mail.files, [("障害.csv".to_owned(), b"a,b\n".to_vec())], "{}", mail.raw);
    }
}

#[test]
fn what_perl_sends_by_email_sender_and_by_net_smtp_arrives_as_it_was_meant() {
    let Some(stage) = Stage::with(&["libemail-sender-perl"]) else { return };
    let [port] = harness::free_ports();
    let script = format!(
        r#"
use strict; use warnings;
use Email::Sender::Simple qw(sendmail); use Email::Simple; use Net::SMTP;
my $text = "To: root\nFrom: job\@example.com\nSubject: =?UTF-8?B?44OH44Kj44K544Kv6Zqc5a6zIGRpc2s=?=\n"
    . "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
    . "障害が発生\n.\n..\nFrom here on\n\nend\n";
sendmail(Email::Simple->new($text), {{ to => "root", from => "job\@example.com" }});
my $smtp = Net::SMTP->new("127.0.0.1", Port => {port}) or die "no connection: $@";
$smtp->mail("job\@example.com", Bits => 8) && $smtp->recipient("root", "oncall\@example.jp") && $smtp->data($text)
    or die $smtp->message;
$smtp->quit;
"#
    );
    stage.file("send.pl", 0o644, &script);
    let way = stage.open(&format!("[[listen]]\nkind = \"smtp\"\naddress = \"127.0.0.1:{port}\"\n"));
    let ended = stage.run("/usr/bin/perl send.pl");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mails = stage.arrived(way, 2);
    expect_same(&mails, &[ROOT, ONCALL, ROOT]);
    assert_eq!((mails[0].subject.as_str(), mails[0].body.as_str()), ("ディスク障害 disk", READ), "{ended:?}");
}
