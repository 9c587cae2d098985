//! Reads a preset's file: nothing unknown in it, and nothing that cannot be understood.

use delivery::{Lasting, Phrase, Phrases, Scope};
use mime::CharsetPolicy;
use serde::Deserialize;
use smtp::{AuthPolicy, EnhancedStatus, Mechanism, Phase};

use super::{Notes, Preset, PresetLimits, SenderRule};
use crate::config::{provider, value};

/// The file, word for word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    checked: String,
    host: Option<String>,
    endpoints: Vec<String>,
    #[serde(default)]
    auth: Vec<String>,
    charset: Option<String>,
    retired: Option<String>,
    successor: Option<String>,
    sender: SenderRule,
    #[serde(default)]
    limits: PresetLimits,
    #[serde(default)]
    phrase: Vec<Row>,
    notes: Notes,
}

/// One phrase.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    #[serde(default)]
    phase: Vec<String>,
    #[serde(default)]
    code: Vec<u16>,
    #[serde(default)]
    enhanced: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    scope: String,
    lasting: String,
    #[serde(default)]
    limit: bool,
    meaning: String,
}

/// The phases in which something can be said that is worth a row.
const PHASES: [Phase; 8] = [
    Phase::Greeting,
    Phase::Ehlo,
    Phase::StartTls,
    Phase::Auth,
    Phase::Mail,
    Phase::Rcpt,
    Phase::Data,
    Phase::Dot,
];

pub(super) fn read(name: &'static str, text: &str) -> Result<Preset, String> {
    let file: File = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    for day in [Some(&file.checked), file.retired.as_ref()].into_iter().flatten() {
        value::day(day).map_err(|error| format!("{name}: {error}"))?;
    }
    let all = |texts: &[String], read: fn(&str) -> Result<Mechanism, String>| -> Result<Vec<_>, String> {
        texts.iter().map(|text| read(text)).collect()
    };
    let mechanisms = all(&file.auth, |text| text.parse().map_err(|_| format!("{text} is no mechanism")))?;
    let endpoints: Result<_, String> = file.endpoints.iter().map(|text| value::endpoint(text)).collect();
    let phrases: Result<_, String> = file.phrase.into_iter().map(phrase).collect();
    Ok(Preset {
        name,
        checked: file.checked,
        host: file.host,
        endpoints: endpoints?,
        auth: if mechanisms.is_empty() { AuthPolicy::Auto } else { AuthPolicy::Listed(mechanisms) },
        charset: match file.charset {
            Some(word) => provider::charset(&word)?,
            None => CharsetPolicy::default(),
        },
        sender: file.sender,
        limits: file.limits,
        phrases: Phrases(phrases?),
        retired: file.retired,
        successor: file.successor,
        notes: file.notes,
    })
}

fn phrase(row: Row) -> Result<Phrase, String> {
    let of_rule = |what: &str, word: &str| format!("{}: `{word}` is no {what}", row.rule);
    let phase = |word: &String| {
        PHASES.into_iter().find(|phase| phase.as_str() == word).ok_or_else(|| of_rule("phase", word))
    };
    let status = |word: &String| word.parse::<EnhancedStatus>().map_err(|()| of_rule("status", word));
    let scope = [Scope::Provider, Scope::Recipient, Scope::Message];
    let lasting = [Lasting::Soft, Lasting::Hard];
    if row.code.is_empty() && row.enhanced.is_empty() && row.words.is_empty() {
        return Err(format!("{}: it fits everything", row.rule));
    }
    if row.words.iter().any(|word| word.is_empty() || *word != word.to_ascii_lowercase()) {
        return Err(format!("{}: words have to be in lower case", row.rule));
    }
    Ok(Phrase {
        phases: row.phase.iter().map(phase).collect::<Result<_, _>>()?,
        enhanced: row.enhanced.iter().map(status).collect::<Result<_, _>>()?,
        scope: scope
            .into_iter()
            .find(|scope| scope.as_str() == row.scope)
            .ok_or_else(|| of_rule("scope", &row.scope))?,
        lasting: lasting
            .into_iter()
            .find(|lasting| lasting.as_str() == row.lasting)
            .ok_or_else(|| of_rule("duration", &row.lasting))?,
        codes: row.code,
        words: row.words,
        is_limit: row.limit,
        meaning: row.meaning,
        rule: row.rule,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::preset::{FILES, Senders, UserForm, presets};

    #[test]
    fn each_preset_says_when_it_was_checked_and_how_to_get_in() {
        for (name, text) in FILES {
            let preset = read(name, text).expect(name);
            assert!(!preset.endpoints.is_empty(), "{name}");
            assert!(preset.host.is_some() || name == "self-hosted", "{name}");
            assert!(!preset.notes.en.is_empty() && !preset.notes.ja.is_ascii(), "{name}");
            let successor = preset.successor.as_deref();
            assert!(successor.is_none_or(|next| presets().iter().any(|it| it.name == next)), "{name}");
            assert!(successor.is_none() || preset.retired.is_some(), "{name}");
            let sender = preset.sender;
            let is_judged = matches!(sender.rule, Senders::Own | Senders::Registered);
            let says_enough = !sender.domains.is_empty() || sender.user != UserForm::Account;
            assert!(!is_judged || says_enough, "{name}: nothing could be said against any sender");
        }
    }

    #[test]
    fn each_phrase_has_a_rule_of_its_own_and_none_of_those_of_all() {
        let rows = || presets().iter().flat_map(|preset| &preset.phrases.0);
        let mut names: Vec<&str> = rows().map(|row| row.rule.as_str()).collect();
        names.extend(delivery::verdict::RULES.iter().map(|rule| rule.name));
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        assert!(rows().all(|row| !row.meaning.is_empty()));
    }

    #[test]
    fn a_mistake_in_a_file_is_told_and_not_passed_over() {
        const GOOD: &str = "checked = \"2026-11-25\"\nendpoints = [\"465/tls\"]\nsender = { rule = \"any\" }\n\
            notes = { en = \"a\", ja = \"あ\" }\n";
        const ROW: &str =
            "[[phrase]]\nrule = \"x\"\nscope = \"provider\"\nlasting = \"soft\"\nmeaning = \"m\"\n";
        assert!(read("x", GOOD).is_ok());
        assert!(read("x", &format!("{GOOD}{ROW}code = [550]\n")).is_ok());
        for (wrong, part) in [
            (format!("{GOOD}hots = \"x\"\n"), "unknown field `hots`"),
            (format!("{GOOD}auth = [\"plane\"]\n"), "plane is no mechanism"),
            (format!("{GOOD}retired = \"soon\"\n"), "`soon` is not a day"),
            (format!("{GOOD}charset = \"jis\"\n"), "`jis` is not a charset policy"),
            (format!("{GOOD}{ROW}"), "it fits everything"),
            (format!("{GOOD}{ROW}words = [\"A\"]\n"), "lower case"),
            (format!("{GOOD}{ROW}phase = [\"dott\"]\ncode = [550]\n"), "`dott` is no phase"),
            (format!("{GOOD}{ROW}enhanced = [\"5.7\"]\n"), "`5.7` is no status"),
            (GOOD.replace("465/tls", "465/ssl"), "is not an endpoint"),
            (GOOD.replace("any", "some"), "unknown variant `some`"),
        ] {
            let told = read("x", &wrong).expect_err(&wrong);
            assert!(told.contains(part), "{told}");
        }
    }
}
