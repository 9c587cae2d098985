//! The configuration file of a sandbox, written as an operator would write it.

use std::fmt::Write as _;

/// What stands in `alertmail.toml`, apart from the spool.
#[derive(Debug, Clone, Default)]
pub struct Config {
    providers: Vec<Provider>,
    default_to: Vec<String>,
    alerts: Vec<(&'static str, String)>,
    aliases: Vec<(String, Vec<String>)>,
    free_recipients: Option<Vec<String>>,
    submit: Vec<(&'static str, String)>,
    retry: Vec<(&'static str, String)>,
    limits: Vec<(&'static str, &'static str)>,
    network: Vec<(&'static str, &'static str)>,
    more: String,
    notices: Vec<(&'static str, String)>,
}

impl Config {
    /// These providers, in order of preference, and everything else as it is by default.
    pub fn of(providers: impl IntoIterator<Item = Provider>) -> Self {
        Self { providers: providers.into_iter().collect(), ..Self::default() }
    }

    /// Who gets alerts that name nobody.
    #[must_use]
    pub fn default_to(mut self, address: &str) -> Self {
        self.default_to.push(address.to_owned());
        self
    }

    /// A key of `[alerts]` and its value as it stands in the file: `late_after`, `"1h"`.
    #[must_use]
    pub fn alerts(mut self, key: &'static str, value: &str) -> Self {
        self.alerts.push((key, value.to_owned()));
        self
    }

    /// One more alias.
    #[must_use]
    pub fn alias(mut self, name: &str, addresses: &[&str]) -> Self {
        self.aliases.push((name.to_owned(), addresses.iter().map(|&address| address.to_owned()).collect()));
        self
    }

    /// Users and @groups who may name any recipient.
    #[must_use]
    pub fn free_recipients(mut self, accounts: &[&str]) -> Self {
        self.free_recipients = Some(accounts.iter().map(|&account| account.to_owned()).collect());
        self
    }

    /// A key of `[submit]` and its value as it stands in the file: `alerts_per_user`, `2`.
    #[must_use]
    pub fn submit(mut self, key: &'static str, value: &str) -> Self {
        self.submit.push((key, value.to_owned()));
        self
    }

    /// The pause between two passes, for all severities, and that of a provider that does not work: `1s`.
    #[must_use]
    pub fn pause(self, pause: &str) -> Self {
        let list = format!("[{}]", quoted(pause));
        let retry = self.retry("critical", &list).retry("others", &list).retry("provider", &list);
        retry.retry("login", &quoted(pause))
    }

    /// A key of `[retry]` and its value as it stands in the file: `life_others`, `"3s"`.
    #[must_use]
    pub fn retry(mut self, key: &'static str, value: &str) -> Self {
        self.retry.push((key, value.to_owned()));
        self
    }

    /// A key of `[limits]` and its value: `reply`, `300ms`.
    #[must_use]
    pub fn limit(mut self, key: &'static str, value: &'static str) -> Self {
        self.limits.push((key, value));
        self
    }

    /// A key of `[network]` and its value: `remember_addresses`, `never`.
    #[must_use]
    pub fn network(mut self, key: &'static str, value: &'static str) -> Self {
        self.network.push((key, value));
        self
    }

    /// More tables as they stand in the file, behind all others: rules, providers that are no servers.
    #[must_use]
    pub fn more(mut self, tables: &str) -> Self {
        self.more.push_str(tables);
        self
    }

    /// A key of `[notices]` and its value as it stands in the file: `every`, `"1m"`.
    #[must_use]
    pub fn notices(mut self, key: &'static str, value: &str) -> Self {
        self.notices.push((key, value.to_owned()));
        self
    }

    pub(crate) fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// The file's text. Paths are relative to the folder that it will stand in.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = "spool = \"spool\"\n".to_owned();
        let to = (!self.default_to.is_empty()).then(|| ("to", list(&self.default_to)));
        let alerts: Vec<_> = to.into_iter().chain(self.alerts.iter().cloned()).collect();
        if !alerts.is_empty() {
            text.push_str("\n[alerts]\n");
            for (key, value) in alerts {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        if !self.aliases.is_empty() {
            text.push_str("\n[aliases]\n");
            for (name, addresses) in &self.aliases {
                let _ = writeln!(text, "{} = {}", quoted(name), list(addresses));
            }
        }
        let accounts = self.free_recipients.iter().map(|accounts| ("free_recipients", list(accounts)));
        let submit: Vec<_> = accounts.chain(self.submit.iter().cloned()).collect();
        if !submit.is_empty() {
            text.push_str("\n[submit]\n");
            for (key, value) in submit {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        if !self.retry.is_empty() {
            text.push_str("\n[retry]\n");
            for (key, value) in &self.retry {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        for (title, keys) in [("limits", &self.limits), ("network", &self.network)] {
            if !keys.is_empty() {
                let _ = writeln!(text, "\n[{title}]");
            }
            for (key, value) in keys {
                let _ = writeln!(text, "{key} = \"{value}\"");
            }
        }
        if !self.notices.is_empty() {
            text.push_str("\n[notices]\n");
            for (key, value) in &self.notices {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        self.providers.iter().for_each(|provider| provider.write_to(&mut text));
        text.push_str(&self.more);
        text
    }
}

/// One `[[provider]]` on the loopback interface.
#[derive(Debug, Clone)]
pub struct Provider {
    pub(crate) name: String,
    host: String,
    port: u16,
    tls: &'static str,
    trusts_sandbox: bool,
    login: Option<Login>,
    mechanisms: Vec<String>,
    from: String,
    from_name: Option<String>,
    keys: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone)]
struct Login {
    user: String,
    password: String,
    /// The key that names the secret file: `password` or `token`.
    key: &'static str,
}

impl Provider {
    /// A submission port with STARTTLS.
    pub fn starttls(name: &str, port: u16) -> Self {
        Self::new(name, port, "starttls")
    }

    /// A port with TLS from the first octet.
    pub fn implicit(name: &str, port: u16) -> Self {
        Self::new(name, port, "implicit")
    }

    /// A port without TLS, and so without passwords.
    pub fn clear(name: &str, port: u16) -> Self {
        Self::new(name, port, "none")
    }

    fn new(name: &str, port: u16, tls: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            host: "127.0.0.1".to_owned(),
            port,
            tls,
            trusts_sandbox: true,
            login: None,
            mechanisms: Vec::new(),
            from: format!("{name}@example.jp"),
            from_name: None,
            keys: Vec::new(),
        }
    }

    /// The name to look it up by, in place of its address.
    #[must_use]
    pub fn host(mut self, name: &str) -> Self {
        name.clone_into(&mut self.host);
        self
    }

    /// Trusts whom the system trusts, and not the sandbox's authority.
    #[must_use]
    pub fn trusting_the_system(mut self) -> Self {
        self.trusts_sandbox = false;
        self
    }

    /// Any other key and its value as it stands in the file; `pin_sha256` takes the place of the sandbox's authority,
    /// `endpoints` that of port and TLS.
    #[must_use]
    pub fn key(mut self, key: &'static str, value: &str) -> Self {
        self.keys.push((key, value.to_owned()));
        self
    }

    /// Who logs in, and with which password; it goes into a secret file.
    #[must_use]
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some(Login { user: user.to_owned(), password: password.to_owned(), key: "password" });
        self
    }

    /// The same with an access token in place of a password.
    #[must_use]
    pub fn token(mut self, user: &str, token: &str) -> Self {
        self.login = Some(Login { user: user.to_owned(), password: token.to_owned(), key: "token" });
        self
    }

    /// The only mechanisms to use, in this order; without it the agent chooses.
    #[must_use]
    pub fn mechanisms(mut self, mechanisms: &[&str]) -> Self {
        self.mechanisms = mechanisms.iter().map(|&mechanism| mechanism.to_owned()).collect();
        self
    }

    /// Envelope sender and header From; `NAME@example.jp` without it.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.from);
        self
    }

    /// Display name in the header From.
    #[must_use]
    pub fn from_name(mut self, name: &str) -> Self {
        self.from_name = Some(name.to_owned());
        self
    }

    /// The name of its secret file and what that holds.
    pub(crate) fn secret(&self) -> Option<(String, String)> {
        self.login.as_ref().map(|login| (format!("{}.secret", self.name), format!("{}\n", login.password)))
    }

    fn write_to(&self, out: &mut String) {
        let Self { name, host, port, tls, from, .. } = self;
        let _ = writeln!(
            out,
            "\n[[provider]]\nname = {}\nhost = {}\nfrom = {}",
            quoted(name),
            quoted(host),
            quoted(from)
        );
        if self.keys.iter().all(|(key, _)| *key != "endpoints") {
            let _ = writeln!(out, "port = {port}\ntls = \"{tls}\"");
        }
        if *tls != "none" && self.trusts_sandbox && self.keys.iter().all(|(key, _)| *key != "pin_sha256") {
            out.push_str("ca_file = \"ca.pem\"\n");
        }
        for (key, value) in &self.keys {
            let _ = writeln!(out, "{key} = {value}");
        }
        if let Some(name) = &self.from_name {
            let _ = writeln!(out, "from_name = {}", quoted(name));
        }
        match (&self.login, self.secret()) {
            (Some(login), Some((file, _))) => {
                let _ = writeln!(
                    out,
                    "user = {}\n{} = {{ file = {} }}",
                    quoted(&login.user),
                    login.key,
                    quoted(&file)
                );
            }
            _ if self.keys.iter().any(|(key, _)| *key == "auth") => {}
            _ => out.push_str("auth = \"none\"\n"),
        }
        if !self.mechanisms.is_empty() {
            let _ = writeln!(out, "auth = {}", list(&self.mechanisms));
        }
    }
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A TOML basic string; a JSON string is always one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_reads_as_the_manual_says() {
        let home = Provider::starttls("home", 587)
            .login("alert", "pw")
            .mechanisms(&["LOGIN"])
            .from_name("監視 \"db\"");
        let config = Config::of([home, Provider::clear("spare", 25).from("spare@example.com")])
            .default_to("oncall@example.jp")
            .alias("ops", &["a@example.jp", "b@example.jp"])
            .free_recipients(&["nagios", "@operators"])
            .pause("1s")
            .limit("reply", "300ms");
        let expected = "\
spool = \"spool\"

[alerts]
to = [\"oncall@example.jp\"]

[aliases]
\"ops\" = [\"a@example.jp\", \"b@example.jp\"]

[submit]
free_recipients = [\"nagios\", \"@operators\"]

[retry]
critical = [\"1s\"]
others = [\"1s\"]
provider = [\"1s\"]
login = \"1s\"

[limits]
reply = \"300ms\"

[[provider]]
name = \"home\"
host = \"127.0.0.1\"
from = \"home@example.jp\"
port = 587
tls = \"starttls\"
ca_file = \"ca.pem\"
from_name = \"監視 \\\"db\\\"\"
user = \"alert\"
password = { file = \"home.secret\" }
auth = [\"LOGIN\"]

[[provider]]
name = \"spare\"
host = \"127.0.0.1\"
from = \"spare@example.com\"
port = 25
tls = \"none\"
auth = \"none\"
";
        assert_eq!(config.to_toml(), expected);
    }
}
