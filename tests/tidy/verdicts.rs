//! The page of verdicts for operators is what the program does. `ALERTMAIL_UPDATE_GOLDEN=1` writes it anew.

use std::fmt::Write as _;

use alertmail::config::presets;
use delivery::verdict::{GENERAL, Phrase, RULES, judge};
use delivery::{Phrases, Verdict};
use smtp::{Failure, Phase, Reply, ReplyCode, Trouble};

const PAGE: &str = "contrib/verdicts.md";

const HEAD: &str = "\
# What replies mean

Each failure gets a verdict: whose fault it is, for how long, and the rule that said so. `alertmail show` and the journal name
the rule. What the verdict does:

- *provider*: the alert goes on to the next provider in the same pass. Nobody is given up. Soft trouble may pass; hard trouble
  needs a person, and the provider is left out at once. A *limit* is of the account: it is left out as well, whatever was
  being sent.
- *recipient*: the others have their mail. Hard, this recipient is not offered to this provider again; who was refused for
  good by every provider is given up. Only a 5yz reply to RCPT can do that.
- *message*: the next provider may take it.
- *machine*: there is no network, which is nobody's fault and no attempt.

A reply is read in this order; the first that knows it decides: a row of the provider's preset that names the enhanced status
code; 421; the enhanced status code; the preset's other rows; the words that any host may use; the code.

This page is written by a test from the tables of the program.
";

/// Replies whose numbers say something, for the table by numbers.
const SAMPLES: &[&str] = &[
    "421", "450", "451", "452", "454", "500", "501", "503", "504", "530", "535", "550", "551", "552", "553",
    "554", "4.1.8", "4.2.1", "4.2.2", "4.3.1", "4.3.2", "4.4.5", "4.5.3", "4.7.0", "4.7.1", "5.1.0", "5.1.1",
    "5.1.2", "5.1.3", "5.1.6", "5.1.7", "5.1.8", "5.1.10", "5.2.1", "5.2.2", "5.2.3", "5.3.2", "5.3.4",
    "5.4.5", "5.5.1", "5.5.3", "5.6.0", "5.7.1", "5.7.8", "5.7.60",
];

fn verdict_of(phase: Phase, sample: &str) -> Verdict {
    let (code, text) = match sample.split_once('.') {
        Some(("4", _)) => (450, sample),
        Some(_) => (550, sample),
        None => (sample.parse().expect("a code"), ""),
    };
    let reply = Reply::new(ReplyCode(code), [text]);
    judge(&Failure::new(phase, Trouble::Reply(reply)), &Phrases::default())
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## The rules that hold behind any host\n\n| rule | whose | how long | what has happened |\n| --- | --- | --- | --- |\n");
    for rule in RULES {
        let lasting = lasting(rule.lasting.as_str(), rule.is_limit);
        let _ =
            writeln!(page, "| `{}` | {} | {lasting} | {} |", rule.name, rule.scope.as_str(), rule.meaning);
    }
    page.push_str("\n## By number\n\nA code stands for a reply without an enhanced status code and without telling words, `4.2.1` for a 450 with that code, `5.1.1`\nfor a 550.\n\n| reply | AUTH | MAIL | RCPT | DATA | after the dot |\n| --- | --- | --- | --- | --- | --- |\n");
    for sample in SAMPLES {
        let _ = write!(page, "| {sample} |");
        for phase in [Phase::Auth, Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Dot] {
            let _ = write!(page, " `{}` |", verdict_of(phase, sample).rule);
        }
        page.push('\n');
    }
    page.push_str("\n## Words that any host may use\n\nThe first row that fits counts. `^` says that the text begins so.\n\n| where | codes | words | rule |\n| --- | --- | --- | --- |\n");
    for row in GENERAL {
        let (phases, words) = (phases(row.phases), quoted(row.words));
        let _ = writeln!(page, "| {phases} | {} | {words} | `{}` |", row.codes(), row.rule.name);
    }
    page.push_str("\n## By preset\n\n| preset | rule | where | reply | whose | how long | what it means |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for preset in presets() {
        for row in &preset.phrases.0 {
            let lasting = lasting(row.lasting.as_str(), row.is_limit);
            let _ = writeln!(
                page,
                "| {} | `{}` | {} | {} | {} | {lasting} | {} |",
                preset.name,
                row.rule,
                phases(&row.phases),
                reply(row),
                row.scope.as_str(),
                row.meaning
            );
        }
    }
    page
}

fn lasting(word: &str, is_limit: bool) -> String {
    if is_limit { format!("{word}, limit") } else { word.to_owned() }
}

fn phases(phases: &[Phase]) -> String {
    let words: Vec<&str> = phases.iter().map(|phase| phase.as_str()).collect();
    if words.is_empty() { "anywhere".to_owned() } else { words.join(", ") }
}

fn quoted(words: &[impl AsRef<str>]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.as_ref())).collect();
    words.join(", ")
}

fn reply(row: &Phrase) -> String {
    let codes = row.codes.iter().map(ToString::to_string);
    let numbers: Vec<String> = codes.chain(row.enhanced.iter().map(ToString::to_string)).collect();
    let words = if row.words.is_empty() { String::new() } else { format!(" with {}", quoted(&row.words)) };
    format!("{}{words}", numbers.join(" "))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a golden file is source text, not a spool file")]
fn the_page_of_verdicts_is_what_the_program_does() {
    let page = page();
    if std::env::var_os("ALERTMAIL_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(super::top().join(PAGE), &page).expect("contrib can be written");
    }
    assert!(
        super::read(PAGE) == page,
        "{PAGE} is not what the tables say; ALERTMAIL_UPDATE_GOLDEN=1 writes it anew"
    );
}
