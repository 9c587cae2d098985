//! The alerts of the demonstration, put into the spool by the code of `enqueue` itself.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use rustix::rand::{GetRandomFlags, getrandom};
use spool_format::AlertId;
use spool_format::id::ENTROPY_OCTETS;

use super::Trouble;
use crate::edge::clock;

/// Who gets them.
pub(super) const RECIPIENT: &str = "oncall@docomo.example.jp";

/// One alert, and what has to become of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) severity: &'static str,
    pub(super) subject: &'static str,
    pub(super) body: &'static str,
    /// The charset in which its text has to arrive.
    pub(super) charset: &'static str,
}

/// While only the last provider works.
pub(super) const WHILE_DOWN: [Sample; 3] = [
    Sample {
        severity: "critical",
        subject: "Disk full on db1",
        body: "/var is at 100 %.\nThe database stops at 03:10 unless somebody frees space.\n.\n",
        charset: "us-ascii",
    },
    Sample {
        severity: "critical",
        subject: "【緊急】サーバー室の温度が上がっています",
        body: "現在の温度: 41度\n空調を確認してください。\n",
        charset: "iso-2022-jp",
    },
    Sample {
        severity: "warning",
        subject: "バックアップ失敗 💾 ジョブ①",
        body: "①番のジョブが失敗しました。😱\n次の実行は明日の午前3時です。\n",
        charset: "utf-8",
    },
];

/// After the first provider has come back.
pub(super) const AT_LAST: Sample = Sample {
    severity: "info",
    subject: "Disk on db1 is fine again",
    body: "/var is at 61 %.\n",
    charset: "us-ascii",
};

/// Runs `enqueue` in this process: the same code, the same file, the same syncs.
pub(super) fn enqueue(sample: &Sample, spool: &Path) -> Result<AlertId, Trouble> {
    let argv: Vec<OsString> = [
        "enqueue".as_ref(),
        "--spool".as_ref(),
        spool.as_os_str(),
        "--to".as_ref(),
        RECIPIENT.as_ref(),
        "--severity".as_ref(),
        sample.severity.as_ref(),
        "--subject".as_ref(),
        sample.subject.as_ref(),
        "-".as_ref(),
    ]
    .into_iter()
    .map(OsString::from)
    .collect();
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let exit = enqueue::run(
        &argv,
        &mut enqueue::World {
            stdin: &mut sample.body.as_bytes(),
            stdin_is_terminal: false,
            stdout: &mut said,
            stderr: &mut complained,
            // Nothing here may lead to the real agent or into the system's log.
            env: &|_| None,
            now: clock::wall_now(),
            entropy: &mut || {
                let mut octets = [0; ENTROPY_OCTETS];
                getrandom(&mut octets, GetRandomFlags::empty()).map_err(io::Error::from)?;
                Ok(octets)
            },
            uid: rustix::process::getuid().as_raw(),
            clock: clock::monotonic,
            syslog: enqueue::Syslog::nowhere(),
            leave: None,
            become_alertmail: None,
        },
    );
    let id = String::from_utf8_lossy(&said);
    match AlertId::parse(id.trim_end()) {
        Some(id) if exit.code() == 0 => Ok(id),
        _ => {
            Err(format!("enqueue: exit {}: {}", exit.code(), String::from_utf8_lossy(&complained).trim_end()))
        }
    }
}
