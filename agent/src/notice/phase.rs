//! Names of the phases of a session, as people read them. Journal, JSON and the dialogue of a trace have those of the protocol.

use super::Tongue;

/// The phase that the journal calls `name`; one that nobody knows is called what it says.
pub(crate) fn phase(tongue: Tongue, name: &str) -> &str {
    let japanese = match name {
        "connect" => "接続",
        "greeting" => "最初の応答",
        "ehlo" => "EHLO",
        "starttls" => "STARTTLS",
        "tls" => "TLS",
        "auth" => "認証",
        "mail" => "差出人の指定",
        "rcpt" => "宛先の指定",
        "data" => "本文の開始",
        "dot" => "本文の送信",
        "rset" => "取り消し",
        "quit" => "切断",
        "program" => "プログラム",
        "maildir" => "フォルダへの保存",
        other => other,
    };
    tongue.either(name, japanese)
}

#[test]
fn every_phase_has_a_name_in_japanese() {
    use smtp::Phase;
    for known in [
        Phase::Connect,
        Phase::Greeting,
        Phase::Ehlo,
        Phase::StartTls,
        Phase::Tls,
        Phase::Auth,
        Phase::Mail,
        Phase::Rcpt,
        Phase::Data,
        Phase::Dot,
        Phase::Rset,
        Phase::Quit,
        Phase::Program,
        Phase::Maildir,
    ] {
        let name = phase(Tongue::Japanese, known.as_str());
        assert_ne!(name, known.as_str());
        assert_eq!(phase(Tongue::English, known.as_str()), known.as_str());
        assert!(!name.bytes().any(|octet| octet.is_ascii_lowercase()), "{name}");
    }
    assert_eq!(phase(Tongue::Japanese, "x"), "x");
}
