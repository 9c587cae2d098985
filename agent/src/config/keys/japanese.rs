//! The table of keys in Japanese: each text is found by the English one, so that a change of either is noticed.

mod agent;
mod delivering;

use super::Known;

/// What a key means.
fn meanings() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    [agent::MEANINGS, delivering::MEANINGS].into_iter().flatten()
}

/// What stands behind a key. What is not here is written the same in both languages.
const KINDS: &[(&str, &str)] = &[
    ("ADDRESS:PORT", "アドレス:ポート"),
    ("ADDRESS:PORT, or path of a socket", "アドレス:ポート、またはソケットのパス"),
    ("\"auto\", \"text\", \"json\" or \"journald\"", "\"auto\"、\"text\"、\"json\"、\"journald\" のどれか"),
    ("\"error\", \"warning\", \"info\" or \"debug\"", "\"error\"、\"warning\"、\"info\"、\"debug\" のどれか"),
    ("a template", "書式"),
    ("a template, or a table of them by severity", "書式、または重要度ごとの書式のテーブル"),
    ("address", "アドレス"),
    ("auto, ja or en", "auto、ja、en のどれか"),
    ("auto, none or list of mechanisms", "auto、none、または認証方式の配列"),
    ("auto, utf-8 or iso-2022-jp", "auto、utf-8、iso-2022-jp のどれか"),
    ("host name or address", "ホスト名またはアドレス"),
    ("http or https URL", "http または https の URL"),
    ("ja or en", "ja または en"),
    ("list like \"465/tls\"", "\"465/tls\" のような文字列の配列"),
    ("list of addresses", "アドレスの配列"),
    ("list of addresses and aliases", "アドレスと別名の配列"),
    ("list of addresses and domains", "アドレスとドメインの配列"),
    ("list of addresses and networks", "アドレスとネットワークの配列"),
    ("list of critical, warning, info", "critical、warning、info の配列"),
    ("list of digests", "ハッシュ値の配列"),
    ("list of domains", "ドメインの配列"),
    ("list of files", "ファイルの配列"),
    ("list of host names", "ホスト名の配列"),
    ("list of names", "名前の配列"),
    ("list of tables", "テーブルの配列"),
    ("list of texts", "文字列の配列"),
    ("list of times", "時間の配列"),
    ("list of users and @groups", "利用者と @グループの配列"),
    ("list of words", "単語の配列"),
    ("message, text or none", "message、text、none のどれか"),
    ("never, carriers or always", "never、carriers、always のどれか"),
    ("none or any", "none または any"),
    ("number", "数値"),
    ("path", "パス"),
    ("smtp, command or maildir", "smtp、command、maildir のどれか"),
    ("smtp, lmtp or http", "smtp、lmtp、http のどれか"),
    ("starttls, implicit or none", "starttls、implicit、none のどれか"),
    ("table", "テーブル"),
    ("table or none", "テーブルまたは none"),
    ("tables by name", "名前ごとのテーブル"),
    ("text", "文字列"),
    ("time", "時間"),
    ("time or never", "時間または never"),
    ("time, or never", "時間または never"),
    ("true or false", "true または false"),
];

/// What holds without a key, where that is words and no value.
const DEFAULTS: &[(&str, &str)] = &[
    ("/run/alertmail/spare if it is there", "/run/alertmail/spare（あれば）"),
    ("/run/alertmail/submit.sock or in the spool", "/run/alertmail/submit.sock またはスプール内"),
    ("587, 465 or 25 by `tls`", "`tls` により 587、465、25 のどれか"),
    ("[alerts] from_name", "[alerts] の from_name"),
    ("[alerts] language, else that of LANG", "[alerts] の language、なければ LANG の言語"),
    ("[alerts] to", "[alerts] の to"),
    (
        "all providers for everybody, in the order of the file",
        "すべての宛先にすべてのプロバイダ（ファイルの順）",
    ),
    ("any", "すべて"),
    ("any or none", "すべて（key のないものも）"),
    ("anybody", "すべての宛先"),
    ("as [alerts] says", "[alerts] のとおり"),
    ("as [alerts] says, or plain", "[alerts] のとおり、または plain"),
    ("nobody", "なし"),
    ("none", "なし"),
    ("that in [limits]", "[limits] の値"),
    ("the host's name", "このマシンの名前"),
    ("the preset's", "プリセットの値"),
    ("the preset's name", "プリセットの名前"),
    ("the provider's", "プロバイダの設定"),
    ("the server's", "サーバーの値"),
    ("the system's roots", "システムの認証局"),
];

fn found<'t>(mut table: impl Iterator<Item = &'t (&'t str, &'t str)>, english: &str) -> Option<&'t str> {
    table.find(|(known, _)| *known == english).map(|(_, japanese)| *japanese)
}

/// What holds without a key, in words.
pub fn default(english: &'static str) -> &'static str {
    found(DEFAULTS.iter(), english).unwrap_or(english)
}

/// What may stand behind a key, as `allowed` says it in English.
pub fn allowed(english: &str) -> String {
    let (kind, default) =
        english.split_once("; default: ").map_or((english, None), |(it, rest)| (it, Some(rest)));
    let kind = found(KINDS.iter(), kind).unwrap_or(kind);
    let Some(held) = default else { return kind.to_owned() };
    format!("{kind}（既定値: {}）", found(DEFAULTS.iter(), held).unwrap_or(held))
}

impl Known {
    /// The same for who reads Japanese.
    #[must_use]
    pub fn in_japanese(self) -> Self {
        Self {
            kind: found(KINDS.iter(), self.kind).unwrap_or(self.kind),
            default: default(self.default),
            meaning: found(meanings(), self.meaning).unwrap_or(self.meaning),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::known;
    use super::*;

    #[test]
    fn every_key_has_a_meaning_in_japanese_and_no_text_is_of_a_key_that_is_gone() {
        for key in known() {
            assert!(found(meanings(), key.meaning).is_some(), "{} {}: {}", key.place, key.name, key.meaning);
            let Known { kind, default, .. } = key.in_japanese();
            assert!(kind.split(' ').count() < 3 || kind != key.kind, "{} {}: {kind}", key.place, key.name);
            let is_a_sentence = crate::notice::english::is_left_in(default);
            assert!(!is_a_sentence, "{} {}: {default}", key.place, key.name);
        }
        for (english, _) in meanings() {
            assert!(known().any(|key| key.meaning == *english), "{english}");
        }
        for (english, _) in KINDS {
            assert!(known().any(|key| key.kind == *english), "{english}");
        }
        for (english, _) in DEFAULTS {
            assert!(known().any(|key| key.default == *english), "{english}");
        }
    }
}
