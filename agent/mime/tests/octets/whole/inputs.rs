//! Messages as programs hand them over, with what has to become of each.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS};
use mime::Treatment::{self, PassedThrough, Recomposed};

use super::mails;

pub(super) const JAPANESE: &str = "ディスク障害: /var の使用率が 98 % です。\n至急ご確認ください。\n";
const SUBJECT: &str = "【重要】ディスク障害";

/// A message and what a reader has to see of it.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) message: Vec<u8>,
    pub(super) treatment: Treatment,
    pub(super) subject: &'static str,
    /// Type and content of every part; text with `\n`, after the charset's own spelling.
    pub(super) parts: Vec<(&'static str, Vec<u8>)>,
    /// Address of Reply-To, empty if there is none.
    pub(super) reply_to: &'static str,
}

pub(super) fn input(
    name: &'static str,
    message: impl Into<Vec<u8>>,
    treatment: Treatment,
    subject: &'static str,
    parts: &[(&'static str, &str)],
    reply_to: &'static str,
) -> Input {
    let parts = parts.iter().map(|(kind, text)| (*kind, text.as_bytes().to_vec())).collect();
    Input { name, message: message.into(), treatment, subject, parts, reply_to }
}

pub(super) fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (octets, _, is_lossy) = encoding.encode(text);
    assert!(!is_lossy, "{text} in {}", encoding.name());
    octets.into_owned()
}

/// Every input.
pub(super) fn all() -> Vec<Input> {
    [programs(), japanese(), labels(), mails::all(), odd()].into_iter().flatten().collect()
}

/// What system programs pipe into sendmail.
fn programs() -> Vec<Input> {
    vec![
        input(
            "cron of debian",
            "From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@db1> バックアップ\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\
             X-Cron-Env: <SHELL=/bin/sh>\nX-Cron-Env: <HOME=/root>\nX-Cron-Env: <LOGNAME=root>\n\n\
             /bin/sh: 1: backup: 見つかりません\n",
            Recomposed,
            "Cron <root@db1> バックアップ",
            &[("text/plain", "/bin/sh: 1: backup: 見つかりません\n")],
            "",
        ),
        input(
            "cron in the locale of C",
            "From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@db1> run\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=ANSI_X3.4-1968\nContent-Transfer-Encoding: 8bit\n\n\
             空き容量がありません\n",
            Recomposed,
            "Cron <root@db1> run",
            &[("text/plain", "空き容量がありません\n")],
            "",
        ),
        input(
            "cronie",
            "From: \"(Cron Daemon)\" <ops@db1.example.jp>\nTo: ops@example.jp\nSubject: Cron <ops@db1> check\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\
             Auto-Submitted: auto-generated\nPrecedence: bulk\nX-Cron-Env: <LANG=ja_JP.UTF-8>\n\nok\n",
            Recomposed,
            "Cron <ops@db1> check",
            &[("text/plain", "ok\n")],
            "ops@db1.example.jp",
        ),
        input(
            "crond of busybox",
            "To: root\nSubject: cron: run-parts /etc/periodic\n\nrun-parts: exit 1\n",
            Recomposed,
            "cron: run-parts /etc/periodic",
            &[("text/plain", "run-parts: exit 1\n")],
            "",
        ),
        input(
            "smartd by mailx",
            "Date: Wed, 25 Nov 2026 14:14:02 +0900\nTo: root@db1.example.jp\n\
             Subject: SMART error (CurrentPendingSector) detected on host: db1\nUser-Agent: Heirloom mailx 12.5 7/5/10\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\
             Message-ID: <6565a1b2.XYZ%root@db1.example.jp>\nFrom: root@db1.example.jp (root)\n\n\
             Device: /dev/sda [SAT], 8 Currently unreadable (pending) sectors\n",
            Recomposed,
            "SMART error (CurrentPendingSector) detected on host: db1",
            &[("text/plain", "Device: /dev/sda [SAT], 8 Currently unreadable (pending) sectors\n")],
            "root@db1.example.jp",
        ),
        input(
            "mdadm",
            "From: mdadm monitoring <root>\nTo: root\nSubject: DegradedArray event on /dev/md0:db1\n\n\
             This is an automatically generated mail message.\n\n.\nmd0 : active raid1 sda1[0]\n      [2/1] [U_]\n",
            Recomposed,
            "DegradedArray event on /dev/md0:db1",
            &[(
                "text/plain",
                "This is an automatically generated mail message.\n\n.\nmd0 : active raid1 sda1[0]\n      [2/1] [U_]\n",
            )],
            "",
        ),
        input(
            "fail2ban",
            "Subject: [Fail2Ban] sshd: banned 192.0.2.7 from db1.example.jp\n\
             Date: Wed, 25 Nov 2026 05:14:02 +0000\nFrom: Fail2Ban <fail2ban@db1.example.jp>\nTo: root\n\n\
             Hi,\n\nThe IP 192.0.2.7 has just been banned.\n",
            Recomposed,
            "[Fail2Ban] sshd: banned 192.0.2.7 from db1.example.jp",
            &[("text/plain", "Hi,\n\nThe IP 192.0.2.7 has just been banned.\n")],
            "fail2ban@db1.example.jp",
        ),
        input(
            "unattended-upgrades",
            "Subject: =?utf-8?q?unattended-upgrades_result_for_db1=3A_SUCCESS=3A_=E5=86=8D=E8=B5=B7=E5=8B=95?=\n\
             To: root@example.jp\nContent-Type: text/plain; charset=\"utf-8\"\nMIME-Version: 1.0\n\
             Content-Transfer-Encoding: quoted-printable\nAuto-Submitted: auto-generated\n\n\
             =E6=9B=B4=E6=96=B0=E3=81=97=E3=81=BE=E3=81=97=E3=81=9F: linux-image =\n6.1\n",
            Recomposed,
            "unattended-upgrades result for db1: SUCCESS: 再起動",
            &[("text/plain", "更新しました: linux-image 6.1\n")],
            "",
        ),
        input(
            "php's mail() with both line ends",
            "To: ops@example.jp\r\nSubject: =?ISO-2022-JP?B?GyRCPmMzMhsoQg==?=\r\nX-PHP-Originating-Script: 33:form.php\n\
             From: form@example.com\nReply-To: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <yamada@example.com>\n\
             Content-Type: text/plain; charset=ISO-2022-JP\nContent-Transfer-Encoding: 7bit\n\n\
             \x1b$B>c32\x1b(B\r\nend\n",
            Recomposed,
            "障害",
            &[("text/plain", "障害\nend\n")],
            "yamada@example.com",
        ),
    ]
}

/// Raw Japanese from programs that know no MIME.
fn japanese() -> Vec<Input> {
    let names = ["mailx: utf-8", "mailx: euc-jp", "mailx: shift_jis", "mailx: iso-2022-jp"].into_iter();
    let encodings = [encoding_rs::UTF_8, EUC_JP, SHIFT_JIS, ISO_2022_JP];
    let raw = names.zip(encodings).map(|(name, encoding)| {
        let text = format!(
            "To: root@example.jp\nSubject: {SUBJECT}\nFrom: 監視 <root@db1.example.jp>\n\n{JAPANESE}"
        );
        input(
            name,
            encoded(&text, encoding),
            Recomposed,
            SUBJECT,
            &[("text/plain", JAPANESE)],
            "root@db1.example.jp",
        )
    });
    let half_width = "ﾃﾞｨｽｸ障害が発生しました｡\n";
    let more = [
        input(
            "half-width katakana in shift_jis",
            encoded(&format!("Subject: x\n\n{half_width}"), SHIFT_JIS),
            Recomposed,
            "x",
            &[("text/plain", "ディスク障害が発生しました。\n")],
            "",
        ),
        input(
            "a log cut within a character",
            [b"Subject: x\n\n\x82\xb9\n".as_slice(), JAPANESE.as_bytes()].concat(),
            Recomposed,
            "x",
            &[("text/plain", &format!("\\x82\\xB9\n{JAPANESE}"))],
            "",
        ),
        input(
            "latin",
            b"Subject: caf\xe9\n\nGr\xf6\xdfe: 5 \x80\n".as_slice(),
            Recomposed,
            "café",
            &[("text/plain", "Größe: 5 €\n")],
            "",
        ),
        input(
            "no header at all",
            format!("12:30 {JAPANESE}"),
            Recomposed,
            "",
            &[("text/plain", &format!("12:30 {JAPANESE}"))],
            "",
        ),
    ];
    raw.chain(more).collect()
}

/// Labels that lie.
fn labels() -> Vec<Input> {
    let labelled = |label: &str, octets: &[u8]| {
        let header = format!(
            "Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit\n\n"
        );
        [header.as_bytes(), octets].concat()
    };
    [
        ("utf-8 called iso-8859-1", "iso-8859-1", encoding_rs::UTF_8),
        ("utf-8 called us-ascii", "us-ascii", encoding_rs::UTF_8),
        ("utf-8 called iso-2022-jp", "iso-2022-jp", encoding_rs::UTF_8),
        ("utf-8 called shift_jis", "Shift_JIS", encoding_rs::UTF_8),
        ("shift_jis called utf-8", "utf-8", SHIFT_JIS),
        ("shift_jis called iso-8859-1", "iso-8859-1", SHIFT_JIS),
        ("euc-jp called utf-8", "utf-8", EUC_JP),
        ("euc-jp called unknown-8bit", "unknown-8bit", EUC_JP),
        ("iso-2022-jp called us-ascii", "us-ascii", ISO_2022_JP),
        ("iso-2022-jp called utf-8", "utf-8", ISO_2022_JP),
        ("cp932", "cp932", SHIFT_JIS),
        ("eucJP-ms", "eucJP-ms", EUC_JP),
    ]
    .into_iter()
    .map(|(name, label, encoding)| {
        let message = labelled(label, &encoded(JAPANESE, encoding));
        input(name, message, Recomposed, "x", &[("text/plain", JAPANESE)], "")
    })
    .collect()
}

/// What should not be, and is.
fn odd() -> Vec<Input> {
    let long = "x".repeat(3000);
    vec![
        input(
            "a line of 3000 octets",
            format!("Subject: long\n\n{long}\n"),
            Recomposed,
            "long",
            &[("text/plain", &format!("{long}\n"))],
            "",
        ),
        input(
            "a line of 3000 octets in a part",
            format!(
                "Subject: long\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{long}\n\n--b\n\
                 Content-Type: application/json\n\n{{\"{long}\":1}}\n--b--\n"
            ),
            PassedThrough,
            "long",
            &[("text/plain", &format!("{long}\n")), ("application/json", &format!("{{\"{long}\":1}}"))],
            "",
        ),
        input("no line end at the end", "Subject: x\n\nhi", Recomposed, "x", &[("text/plain", "hi\n")], ""),
        input(
            "a header and nothing else",
            "Subject: 障害\nX-A: b",
            Recomposed,
            "障害",
            &[("text/plain", "\n")],
            "",
        ),
        input("nothing", "", Recomposed, "", &[("text/plain", "\n")], ""),
        input("nul", "Subject: a\0b\n\nc\0d\n", Recomposed, "ab", &[("text/plain", "cd\n")], ""),
        input("line ends of a mac", "Subject: x\r\ra\rb\r", Recomposed, "x", &[("text/plain", "a\nb\n")], ""),
        input(
            "line ends translated twice",
            "Subject: x\r\r\nTo: a@example.com\r\r\n\r\r\na\r\r\nb\r\r\n",
            Recomposed,
            "x",
            &[("text/plain", "a\nb\n")],
            "",
        ),
        input(
            "a multipart without a boundary",
            "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed\n\nsome 障害 text\n",
            PassedThrough,
            "x",
            &[("text/plain", "some 障害 text\n")],
            "",
        ),
        input(
            "a multipart that is not closed",
            "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n障害\n",
            PassedThrough,
            "x",
            &[("text/plain", "障害\n")],
            "",
        ),
        input(
            "base64 that is none",
            "Subject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\nIt is full, 障害.\n",
            Recomposed,
            "x",
            &[("text/plain", "It is full, 障害.\n")],
            "",
        ),
        input(
            "quoted-printable that is none",
            "Subject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\na=b, 100% =\u{7f}\n",
            Recomposed,
            "x",
            &[("text/plain", "a=b, 100% =\n")],
            "",
        ),
    ]
}
