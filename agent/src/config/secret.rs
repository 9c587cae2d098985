//! Where a password or a token comes from. It is read when it is needed, and never shown, logged or kept anywhere else.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use smtp::Secret;
use zeroize::Zeroizing;

/// Octets of a secret at most: tokens have some thousand. A table of passwords may be longer.
const SECRET_OCTETS_MAX: u64 = 16 * 1024;
const TABLE_OCTETS_MAX: u64 = 1024 * 1024;

/// How long a command may take.
const COMMAND_WITHIN: Duration = Duration::from_secs(10);

/// What is read, as errors call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a user at a server.
    Password,
    /// An access token of OAuth, which lives for an hour or so: whoever is named as its source makes fresh ones.
    Token,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "password",
            Self::Token => "token",
        })
    }
}

/// Where a password or a token comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file of its own; its last line end does not belong to it.
    File(PathBuf),
    /// The first line that a program prints. No shell is involved.
    Command(Vec<String>),
    /// A credential that systemd passes to the service (`LoadCredential=`).
    Credential(String),
    /// A file with lines of `user:server:password`; lines that begin with `#` are comments.
    Table(PathBuf),
}

/// Why there is no password or token, and what to do. Never holds one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SecretError(String);

impl SecretSource {
    /// Reads what belongs to `user` at `host`. May take as long as a command may.
    pub fn read(&self, kind: Kind, user: &str, host: &str) -> Result<Secret, SecretError> {
        let secret = match self {
            Self::File(path) => one_line(read_file(kind, path, SECRET_OCTETS_MAX, Privacy::Demanded)?),
            Self::Command(words) => run(kind, words, COMMAND_WITHIN)?,
            Self::Credential(name) => {
                let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| {
                    SecretError(format!(
                        "credential `{name}` cannot be read: no service manager passes any; \
                         put LoadCredential={name}:FILE into the unit, or use another source"
                    ))
                })?;
                let path = Path::new(&folder).join(name);
                one_line(read_file(kind, &path, SECRET_OCTETS_MAX, Privacy::NotOurs)?)
            }
            Self::Table(path) => {
                let text = read_file(kind, path, TABLE_OCTETS_MAX, Privacy::Demanded)?;
                look_up(&text, user, host).ok_or_else(|| {
                    let path = path.display();
                    SecretError(format!(
                        "password table `{path}` has no line that begins with {user}:{host}:"
                    ))
                })?
            }
        };
        if secret.is_empty() {
            return Err(SecretError(format!("{} gave an empty {kind}", self.in_words(kind))));
        }
        Ok(Secret::new(secret.to_string()))
    }

    fn in_words(&self, kind: Kind) -> String {
        match self {
            Self::File(path) => format!("{kind} file `{}`", path.display()),
            Self::Command(words) => format!("command `{}`", words.first().map_or("", String::as_str)),
            Self::Credential(name) => format!("credential `{name}`"),
            Self::Table(path) => format!("password table `{}`", path.display()),
        }
    }
}

/// Whether only the owner of a file may be able to read it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Privacy {
    Demanded,
    /// The service manager sees to it.
    NotOurs,
}

fn read_file(
    kind: Kind,
    path: &Path,
    octets_max: u64,
    privacy: Privacy,
) -> Result<Zeroizing<String>, SecretError> {
    let shown = path.display();
    let failed = |why: String| SecretError(format!("cannot read {kind} file `{shown}`: {why}"));
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    // A FIFO in the place of the file must not hold the agent up.
    let file = File::options().read(true).custom_flags(nonblock).open(path);
    let file = file.map_err(|error| failed(error.to_string()))?;
    let facts = file.metadata().map_err(|error| failed(error.to_string()))?;
    if !facts.is_file() {
        return Err(failed("it is not a regular file".to_owned()));
    }
    let mode = facts.permissions().mode() & 0o7777;
    if privacy == Privacy::Demanded && mode & 0o077 != 0 {
        return Err(failed(format!("mode is {mode:04o}, others can read it; run: chmod 600 {shown}")));
    }
    if facts.size() > octets_max {
        return Err(failed(format!("it has {} octets; {octets_max} are allowed", facts.size())));
    }
    let mut text = Zeroizing::new(String::new());
    let read = file.take(octets_max).read_to_string(&mut text);
    read.map_err(|_| failed("it is not text in UTF-8".to_owned()))?;
    Ok(text)
}

/// Without the line end at its end.
fn one_line(mut text: Zeroizing<String>) -> Zeroizing<String> {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

fn look_up(table: &str, user: &str, host: &str) -> Option<Zeroizing<String>> {
    table.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        // The password is the rest of the line: a colon in it is its own.
        let rest = line.strip_prefix(user)?.strip_prefix(':')?;
        let (server, password) = rest.split_once(':')?;
        server.eq_ignore_ascii_case(host).then(|| Zeroizing::new(password.to_owned()))
    })
}

/// Runs the command and takes the first line that it prints.
fn run(kind: Kind, words: &[String], within: Duration) -> Result<Zeroizing<String>, SecretError> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| SecretError("no command is given".to_owned()))?;
    let failed = |why: String| SecretError(format!("command `{program}` gave no {kind}: {why}"));
    let child = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| failed(error.to_string()))?;
    let output = read_output(&mut child, within);
    let Some(text) = output else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(failed(format!(
            "it printed more than {SECRET_OCTETS_MAX} octets, no text, or nothing within {} s",
            within.as_secs()
        )));
    };
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// Everything that the child prints, if it ends its output in time. A second thread reads, so that nothing polls.
fn read_output(child: &mut Child, within: Duration) -> Option<Zeroizing<String>> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Zeroizing::new(String::new());
        let read = stdout.take(SECRET_OCTETS_MAX + 1).read_to_string(&mut text);
        let _ = sender.send(read.is_ok().then_some(text));
    });
    let text = receiver.recv_timeout(within).ok().flatten()?;
    (text.len() as u64 <= SECRET_OCTETS_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let file = File::options().create_new(true).write(true).mode(0o600).open(&path);
        std::io::Write::write_all(&mut file.expect("a file"), text.as_bytes()).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        (folder, path)
    }

    fn words(source: &SecretSource) -> String {
        source.read(Kind::Password, "alert", "mail.example.jp").expect_err("no password").to_string()
    }

    /// Opens the secret the only way there is: a table look-up gives the same text as a file.
    fn text_of(source: &SecretSource) -> String {
        match source {
            SecretSource::File(path) => one_line(
                read_file(Kind::Password, path, SECRET_OCTETS_MAX, Privacy::Demanded).expect("readable"),
            )
            .to_string(),
            SecretSource::Table(path) => {
                let text =
                    read_file(Kind::Password, path, TABLE_OCTETS_MAX, Privacy::Demanded).expect("readable");
                look_up(&text, "alert", "mail.example.jp").expect("a line").to_string()
            }
            SecretSource::Command(words) => {
                run(Kind::Password, words, COMMAND_WITHIN).expect("a password").to_string()
            }
            SecretSource::Credential(_) => unreachable!("not tested so"),
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let (_folder, path) = file("hunter2\n", 0o644);
        let shown = path.display();
        let error = words(&SecretSource::File(path.clone()));
        let expected = format!(
            "cannot read password file `{shown}`: mode is 0644, others can read it; run: chmod 600 {shown}"
        );
        assert_eq!(error, expected);
        assert!(words(&SecretSource::Table(path)).contains("chmod 600"));
    }

    #[test]
    fn only_the_last_line_end_does_not_belong_to_the_password() {
        for (text, secret) in [("a b \n", "a b "), ("x\r\n", "x"), ("no end", "no end"), ("two\n\n", "two\n")]
        {
            let (_folder, path) = file(text, 0o600);
            assert_eq!(text_of(&SecretSource::File(path)), secret);
        }
    }

    #[test]
    fn in_a_table_the_password_is_the_rest_of_the_line_of_this_user_at_this_server() {
        let table =
            "# alert:mail.example.jp:comment\nalert:other.example.jp:no\nalert:Mail.Example.JP:a:b c\n";
        let (_folder, path) = file(table, 0o600);
        assert_eq!(text_of(&SecretSource::Table(path.clone())), "a:b c");
        let error = SecretSource::Table(path)
            .read(Kind::Password, "ops", "mail.example.jp")
            .expect_err("not there")
            .to_string();
        assert!(error.ends_with("has no line that begins with ops:mail.example.jp:"), "{error}");
    }

    /// With leading and trailing blanks, and everything that a file of another kind would read its own way.
    #[test]
    fn case_password_verbatim() {
        for secret in [" p#s:w=r;d@ \\ \"q\" 'z' $HOME ${X} %41 {{y}} §パス ", "x"] {
            let (_one, alone) = file(&format!("{secret}\n"), 0o600);
            let (_other, table) = file(&format!("alert:mail.example.jp:{secret}\n"), 0o600);
            let command = ["cat".to_owned(), alone.display().to_string()];
            for source in [
                SecretSource::File(alone),
                SecretSource::Table(table),
                SecretSource::Command(command.to_vec()),
            ] {
                assert_eq!(text_of(&source), secret, "{source:?}");
            }
        }
    }

    #[test]
    fn a_command_gives_its_first_line_and_its_failure_shows_no_output() {
        let shell = |script: &str| SecretSource::Command(["sh", "-c", script].map(str::to_owned).to_vec());
        assert_eq!(text_of(&shell("echo hunter2; echo more")), "hunter2");
        let error = words(&shell("echo hunter2; exit 3"));
        assert!(
            error.contains("`sh`") && error.contains("exit status: 3") && !error.contains("hunter2"),
            "{error}"
        );
        assert!(words(&SecretSource::Command(vec!["/nonexistent/program".into()])).contains("No such file"));
        assert!(words(&shell("true")).contains("empty password"));
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let words = ["sleep", "600"].map(str::to_owned);
        let error = run(Kind::Token, &words, Duration::from_millis(50)).expect_err("too slow").to_string();
        assert!(error.contains("`sleep` gave no token: ") && error.contains("nothing within"), "{error}");
    }

    #[test]
    fn what_is_missing_empty_huge_or_no_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(words(&SecretSource::File(folder.path().join("nothing"))).contains("No such file"));
        assert!(words(&SecretSource::File(folder.path().to_owned())).contains("not a regular file"));
        let (_folder, path) = file("\n", 0o600);
        assert!(words(&SecretSource::File(path)).contains("empty password"));
        let (_folder, path) = file(&"x".repeat(17_000), 0o600);
        assert!(words(&SecretSource::File(path)).contains("17000 octets"));
    }
}
