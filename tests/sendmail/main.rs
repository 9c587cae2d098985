//! `enqueue` called as `sendmail`: what real callers run, through the real agent to the wire, and beside Postfix's `sendmail`.

mod cases;
mod corpus;
mod differences;
mod postfix;

use std::rc::Rc;

use harness::{Agent, Config, Ended, PATIENCE, Programs, Provider, Sandbox, run};
use lab::{Mail, Personality, Server};

/// The program under test.
const ALERTMAIL: &str = env!("CARGO_BIN_EXE_alertmail");

/// A spool without an agent.
fn sandbox() -> Sandbox {
    Sandbox::new(&Programs::beside(ALERTMAIL))
}

/// Callers, an agent, and a server at the end.
struct Scene {
    sandbox: Sandbox,
    server: Rc<Server>,
    agent: Agent,
    seen: usize,
}

impl Scene {
    /// With what the configuration says besides its provider; the agent believes that its machine is called so.
    fn new(configure: impl FnOnce(&Sandbox, Config) -> Config, host: &str) -> Self {
        let sandbox = sandbox();
        let server = sandbox.server("home", Personality::plain());
        let provider = Provider::clear("home", server.port()).from("alert@provider.example.com");
        let config = configure(&sandbox, Config::of([provider]));
        sandbox.configure(&config);
        let agent = sandbox.start_agent_by(|command| {
            let mut own = std::process::Command::new("unshare");
            own.args(["--uts", "sh", "-c", r#"hostname "$0" && exec "$@""#, host]);
            own.arg(command.get_program()).args(command.get_args());
            own
        });
        let is_up = || agent.log().lines().any(|line| line.starts_with("started "));
        sandbox.wait_for("the agent is at work", PATIENCE, is_up);
        Self { sandbox, server, agent, seen: 0 }
    }

    /// Runs `sendmail`, and gives the mail that came of it.
    #[track_caller]
    fn sent(&mut self, words: &[&str], stdin: &[u8]) -> Mail {
        let ended = self.run(words, stdin);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{words:?}: {}", ended.stderr);
        self.next(&format!("{words:?}"))
    }

    fn run(&self, words: &[&str], stdin: &[u8]) -> Ended {
        run(self.sandbox.called("sendmail").args(words), stdin)
    }

    /// The next mail, and no other.
    #[track_caller]
    fn next(&mut self, of: &str) -> Mail {
        assert!(self.server.wait_for_mails(self.seen + 1, PATIENCE), "no mail came of {of}");
        let mails = self.server.mails();
        assert_eq!(mails.len(), self.seen + 1, "one mail of {of}");
        self.seen += 1;
        mails.into_iter().next_back().expect("it was counted")
    }

    fn end(self) {
        assert_eq!(self.agent.stop(), Some(0));
    }
}

/// The mail's header and body.
fn header_and_body(mail: &Mail) -> (String, String) {
    let text = String::from_utf8_lossy(&mail.octets).into_owned();
    let (header, body) = text.split_once("\r\n\r\n").expect("a header and a body");
    (header.to_owned(), body.to_owned())
}

/// No address on the wire is without a domain, and none has one that nobody has named.
#[track_caller]
fn expect_whole_addresses(mail: &Mail) {
    let is_whole = |address: &str| {
        address.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && ["example.com", "db1", "localhost"].iter().any(|known| domain.ends_with(known))
        })
    };
    assert!(is_whole(&mail.sender), "{}", mail.sender);
    assert!(mail.recipients.iter().all(|to| is_whole(to)), "{:?}", mail.recipients);
    for name in ["From", "To", "Cc", "Reply-To"] {
        let Some(value) = mail.header(name) else { continue };
        for entry in value.split(',').map(str::trim) {
            let address = entry.rsplit_once('<').map_or(entry, |(_, address)| address.trim_end_matches('>'));
            assert!(is_whole(address) || entry.ends_with(":;"), "{name}: {value}");
        }
    }
}
