//! For whom alerts are taken from a network: whomever the configuration names, local names, and those whom the listener
//! lists. Nobody gets mail sent to somebody else through it.

use delivery::routing::Whom;
use spool_format::{Address, Alert};

use crate::accept::Policy;

/// Decides it.
pub(super) struct Gate {
    policy: Policy,
    listed: Vec<Whom>,
}

impl Gate {
    pub(super) const fn new(policy: Policy, listed: Vec<Whom>) -> Self {
        Self { policy, listed }
    }

    /// Whether an alert for this name or address may be taken: it leads to nobody but those.
    pub(super) fn lets_in(&self, name: &str) -> bool {
        let may_get = |to: &Address| self.policy.names(to) || self.listed.iter().any(|whom| whom.has(to));
        match self.policy.lead(name) {
            Some(addresses) => addresses.iter().all(may_get),
            // What nobody knows here goes to those who get what is for nobody.
            None => self.policy.is_local(name) && !self.policy.default_to.is_empty(),
        }
    }

    /// Takes from an alert whom it may not be for, so that the journal says whom it named. Says who that was.
    pub(super) fn keep_to(&self, alert: &mut Alert) -> Vec<String> {
        let mut others = Vec::new();
        for names in [&mut alert.to, &mut alert.cc, &mut alert.bcc] {
            for name in names.iter_mut().filter(|name| name.contains('@') && !self.lets_in(name)) {
                others.push(name.clone());
                // No address has a blank in it, so that this one leads nowhere.
                name.push_str(" (not permitted)");
            }
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::path::Path;

    fn gate(more: &str) -> Gate {
        let text = format!(
            "{more}[aliases]\nroot = [\"ops@example.jp\", \"Oncall@phone.example.jp\"]\n\
             [[provider]]\nname = \"home\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n"
        );
        let config =
            Config::parse(&text, Path::new("/etc/alertmail/alertmail.toml")).expect("a configuration");
        let listed = [
            Whom::Address(crate::address::parse("wife@example.com").expect("an address")),
            Whom::Domain("example.org".to_owned()),
        ];
        Gate::new(Policy::of(&config).on("db1.example.net"), listed.into())
    }

    const TO: &str = "[alerts]\nto = [\"night@example.jp\"]\n";

    #[test]
    fn nobody_is_let_in_but_those_whom_the_configuration_names() {
        let gate = gate(TO);
        for name in [
            "root",
            "ROOT",
            "root@localhost",
            "root@db1",
            "root@db1.example.net",
            "ops@example.jp",
            "Oncall@PHONE.example.jp",
            "night@example.jp",
            "wife@example.com",
            "anybody@example.org",
            "anybody@sub.example.org",
            "nobody",
            "monit@localhost",
            // Only the machine's own aliases are asked what is left of the last @.
            "evil%example.com@localhost",
        ] {
            assert!(gate.lets_in(name), "{name}");
        }
        for name in [
            "",
            "evil@example.com",
            "root@example.com",
            "wife@sub.example.com",
            "x@notexample.org",
            "oncall@phone.example.jp",
            "ops@example.jp,evil@example.com",
            "evil@example.com,ops@example.jp",
            "<evil@example.com>",
            "evil@example.com (ops@example.jp)",
            "ops@example.jp evil@example.com",
            "\"ops@example.jp\"@example.com",
            "evil@example.com@",
            "@example.com:ops@example.jp",
            "evil@[192.0.2.1]",
            "evil@localhost.example.com",
        ] {
            assert!(!gate.lets_in(name), "{name}");
        }
    }

    #[test]
    fn local_names_without_an_alias_are_refused_where_nobody_would_get_them() {
        let gate = gate("");
        assert!(gate.lets_in("root") && !gate.lets_in("nobody") && !gate.lets_in("monit@localhost"));
    }

    #[test]
    fn an_alert_is_for_nobody_else_whatever_it_says() {
        let gate = gate(TO);
        let mut alert = Alert {
            to: ["root", "evil@example.com", "nobody"].map(str::to_owned).to_vec(),
            bcc: vec!["ops@example.jp,evil@example.com".to_owned()],
            ..Alert::default()
        };
        assert_eq!(gate.keep_to(&mut alert), ["evil@example.com", "ops@example.jp,evil@example.com"]);
        assert_eq!(alert.to, ["root", "evil@example.com (not permitted)", "nobody"]);
        for name in alert.to.iter().chain(&alert.bcc) {
            let led = gate.policy.lead(name).unwrap_or_default();
            assert!(led.iter().all(|to| gate.policy.names(to)), "{name} leads to {led:?}");
        }
    }
}
