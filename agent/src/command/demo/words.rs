//! The sentences of the demonstration, in both languages.

use std::path::Path;

use crate::notice::Tongue;

/// Who plays what, on which port, in the order of the configuration.
pub(super) fn providers(tongue: Tongue, [home, yahoo, goo, docomo]: [u16; 4], sender: &str) -> String {
    tongue.either(
        format!(
            "four providers on this machine, in order of preference:\n\
             \n  home    127.0.0.1:{home:<5}  STARTTLS  is down: nothing listens there\
             \n  yahoo   127.0.0.1:{yahoo:<5}  TLS       sends for registered addresses only; ours is not one\
             \n  goo     127.0.0.1:{goo:<5}  STARTTLS  closed for good on 2026-02-25\
             \n  docomo  127.0.0.1:{docomo:<5}  TLS       works, as {sender} and nobody else\n"
        ),
        format!(
            "このマシン上の4つのプロバイダ（優先順）:\n\
             \n  home    127.0.0.1:{home:<5}  STARTTLS  停止中（接続できません）\
             \n  yahoo   127.0.0.1:{yahoo:<5}  TLS       登録済みのアドレスからのみ送信可。この差出人は未登録\
             \n  goo     127.0.0.1:{goo:<5}  STARTTLS  2026-02-25 にサービス終了\
             \n  docomo  127.0.0.1:{docomo:<5}  TLS       使用可能（差出人は {sender} だけ）\n"
        ),
    )
}

pub(super) fn three_alerts(tongue: Tongue) -> &'static str {
    tongue.either(
        "\n-- three alerts, while only the last provider works\n",
        "\n-- 最後のプロバイダしか使えない間に、アラートを3件\n",
    )
}

pub(super) fn on_the_phone(tongue: Tongue) -> &'static str {
    tongue.either("\n-- what docomo has for the phone\n", "\n-- docomo が携帯電話に届けるメール\n")
}

pub(super) fn back_again(tongue: Tongue) -> &'static str {
    tongue.either(
        "\n-- the first provider comes back, and a second later so does the next alert\n",
        "\n-- 最初のプロバイダが復旧し、次のアラートは1秒後からそこを通ります\n",
    )
}

pub(super) fn sum(tongue: Tongue, seconds: f64) -> String {
    tongue.either(
        format!("\n4 alerts, 4 mails, nothing lost, nothing twice; {seconds:.1} s\n"),
        format!("\nアラート4件、メール4通、紛失なし、重複なし（{seconds:.1}秒）\n"),
    )
}

/// Where everything is.
pub(super) fn kept(tongue: Tongue, folder: &Path) -> String {
    let (spool, folder) = (folder.join("spool"), folder.display());
    let spool = spool.display();
    tongue.either(
        format!("kept in {folder}; try: alertmail --spool {spool} list --all\n"),
        format!("{folder} に残しました。確認: alertmail --spool {spool} list --all\n"),
    )
}
