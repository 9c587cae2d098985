//! The README's chapter "The first hour", as a new operator goes through it: each command is typed, and what the chapter shows
//! of its answer has to be the answer.

use std::rc::Rc;

use harness::{Agent, PATIENCE, becomes_true, write_file};
use lab::{Mail, Personality, Server};
use spool_format::AlertId;

use crate::newcomer::{Newcomer, blocks, chapter};
use crate::shown::{Step, shows, steps};
use crate::{repository, sandbox};

/// What a command of the chapter is to end with, as its comment says it.
const CODE: &str = "# exit code ";

/// Commands that may be typed again until the agent has got as far as the chapter is.
const LOOKS: [&str; 6] = ["check", "why", "providers", "log", "list", "stats"];

const ONCALL: &str = "oncall@docomo.example.jp";
const OPS: &str = "ops@example.jp";

fn here_at(server: &Server) -> String {
    format!("\"127.0.0.1\"\nport = {}\nca_file = \"ca.pem\"", server.port())
}

/// The operator, two providers that stand in for those of the chapter, and what has happened so far.
struct Walk {
    newcomer: Newcomer,
    home: Rc<Server>,
    spare: Rc<Server>,
    agent: Option<Agent>,
    ids: Vec<AlertId>,
}

impl Walk {
    fn new(chapter: &str) -> Self {
        let newcomer = Newcomer::new(sandbox());
        let here = &newcomer.sandbox;
        let server = |name, password| {
            here.server(name, Personality::self_hosted(here.authority()).login("alert", password))
        };
        let (home, spare) = (server("home", "the password"), server("spare", "the other password"));
        let config = blocks(chapter, "toml")[0]
            .replace("file = \"", "file = \"etc/")
            .replace("/var/spool/alertmail", &here.spool().to_string_lossy())
            .replace("[notices]", "[notices]\ngather = \"300ms\"\nlanguage = \"en\"")
            .replace("\"mail.example.jp\"\nport = 587", &here_at(&home))
            .replace("\"smtp.example.com\"\nport = 587", &here_at(&spare));
        write_file(&here.config_file(), 0o600, config.as_bytes());
        Self { newcomer, home, spare, agent: None, ids: Vec::new() }
    }

    /// All commands of a step, with the answers that it shows.
    #[track_caller]
    fn takes(&mut self, step: &Step<'_>) {
        let answer = step.answer.unwrap_or_default();
        let mut said = step.commands.iter().map(|line| self.types(line)).collect::<Vec<_>>();
        // A person who is faster than the agent looks again.
        let agrees = becomes_true(PATIENCE, || {
            let agrees = shows(&said.concat(), answer).is_ok();
            for (line, said) in
                step.commands.iter().zip(&mut said).filter(|(line, _)| !agrees && is_a_look(line))
            {
                *said = self.types(line);
            }
            agrees
        });
        let missing = shows(&said.concat(), answer).err();
        assert!(agrees, "the chapter shows {missing:?}; this was said:\n{}", said.concat());
    }

    /// One command, and what it says; `ID` is the last alert's.
    #[track_caller]
    fn types(&mut self, line: &str) -> String {
        if line.contains(" alertmail run") {
            self.agent = Some(self.newcomer.sandbox.start_agent());
            return String::new();
        }
        let (command, code) = line.split_once(CODE).unwrap_or((line, "0"));
        let last = self.ids.last().map_or("ID", AlertId::as_str);
        let ended = self.newcomer.tries(&command.replace(" ID", &format!(" {last}")));
        if line.starts_with("enqueue ") {
            self.ids.push(AlertId::parse(ended.stdout.trim_end()).expect("an id"));
        }
        let said = ended.stdout + &ended.stderr;
        if ended.code == code.trim().parse().ok() {
            said
        } else {
            // Of no use to whoever compares, until a second look ends as it should.
            let lines: Vec<String> =
                said.lines().map(|said| format!("exit code {:?}: {said}\n", ended.code)).collect();
            lines.concat()
        }
    }
}

fn is_a_look(line: &str) -> bool {
    line.strip_prefix("alertmail ").is_some_and(|rest| LOOKS.iter().any(|look| rest.starts_with(look)))
}

#[test]
fn a_new_operator_sees_a_provider_break_and_come_back_with_the_commands_of_the_readme() {
    let readme = repository("README.md");
    let chapter = chapter(&readme, "The first hour");
    let mut walk = Walk::new(chapter);
    // What the chapter before it installs; whoever runs this has built it.
    for line in blocks(&readme, "sh")[1].lines().filter(|line| !line.starts_with("cargo ")) {
        walk.newcomer.types(line);
    }
    let steps = steps(chapter);
    assert!(steps.len() >= 5 && steps.iter().all(|step| step.answer.is_some()), "each step shows something");
    for step in &steps {
        walk.takes(step);
    }

    // What the operator cannot see: who has which mail, and how often a wrong password was tried.
    let arrived = |server: &Server, to: &str| -> Vec<String> {
        let mails = server.mails().into_iter().filter(|mail: &Mail| mail.recipients == [to]);
        mails.filter_map(|mail| mail.header("Subject")).collect()
    };
    let (home, spare) = (Rc::clone(&walk.home), Rc::clone(&walk.spare));
    let title = |subject: &String| subject.split(" (").next().map(str::to_owned);
    let notices = |server: &Server| arrived(server, OPS).iter().filter_map(title).collect::<Vec<_>>();
    walk.newcomer.sandbox.wait_for("the second notice", PATIENCE, || !notices(&home).is_empty());
    assert_eq!(notices(&spare), ["home fails, others work"]);
    assert_eq!(notices(&home), ["home works again"]);
    assert_eq!(arrived(&spare, ONCALL), ["test", "second alert"]);
    assert_eq!(arrived(&home, ONCALL), ["first alert", "third alert"]);
    let refused = home.transcript().iter().filter(|line| line.to_string().contains("535 ")).count();
    assert_eq!(refused, 2, "one login by the agent, one by the operator's probe");
    assert_eq!(walk.agent.expect("the chapter runs the agent").stop(), Some(0));
}
