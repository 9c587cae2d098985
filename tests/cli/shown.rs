//! Commands in a paper and the answers that it shows of them, held against what was answered.

use crate::newcomer::blocks;

/// A step of the chapter: commands, and what it shows of their answers.
pub(crate) struct Step<'r> {
    pub(crate) commands: Vec<&'r str>,
    pub(crate) answer: Option<&'r str>,
}

/// Blocks for a shell, each with the block without a language that follows it before the next one.
pub(crate) fn steps(chapter: &str) -> Vec<Step<'_>> {
    let of = |part| {
        let (commands, behind): (&str, &str) = str::split_once(part, "\n```\n").expect("a closed block");
        let answer = blocks(behind, "").first().copied();
        Step { commands: commands.lines().collect(), answer }
    };
    chapter.split("```sh\n").skip(1).map(of).collect()
}

/// The lines of the answer are among those that were said, in their order; `…` stands for what differs from run to run.
pub(crate) fn shows(said: &str, answer: &str) -> Result<(), String> {
    let mut said = said.lines().map(str::trim);
    for line in answer.lines().map(str::trim).filter(|line| !matches!(*line, "" | "…")) {
        if !said.any(|heard| fits(heard, line)) {
            return Err(line.to_owned());
        }
    }
    Ok(())
}

pub(crate) fn fits(heard: &str, line: &str) -> bool {
    let mut pieces = line.split('…');
    let Some(mut rest) = heard.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty() || line.ends_with('…')
}

#[test]
fn an_answer_that_is_not_the_one_of_the_chapter_is_found() {
    let said = "alertmail OK: nothing waits | waiting=0\n  2  spare  working\n";
    assert_eq!(shows(said, "alertmail OK: … | …\n2  spare …working"), Ok(()));
    for wrong in ["alertmail WARNING: …", "2  spare", "…left out…", "2  spare …working\nalertmail OK: …"]
    {
        assert!(shows(said, wrong).is_err(), "{wrong}");
    }
}
