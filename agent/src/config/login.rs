//! Who logs in at a provider, and how: `auth`, `user`, `password` or `token`, and `realm`.

use smtp::{AuthPolicy, Mechanism};

use super::keys::Place;
use super::secret::SecretSource;
use super::section::Section;

/// What the keys say.
pub(super) struct Login {
    pub(super) auth: AuthPolicy,
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretSource>,
    pub(super) token: Option<SecretSource>,
    pub(super) realm: Option<String>,
}

/// Reads them; `usual` are the mechanisms of the preset. `None` if `auth` has a mistake.
pub(super) fn read(section: &Section<'_, '_>, usual: Option<&AuthPolicy>) -> Option<Login> {
    let user = section.text("user");
    let (password, token) = secrets(section);
    let realm = section.text("realm");
    let auth = auth(section, usual, user.is_some())?;
    if user.is_some() {
        expect_fit(section, &auth)?;
    }
    if section.has("realm") && (user.is_none() || !may_use(&auth, Mechanism::DigestMd5)) {
        section.wrong("realm", "`realm` is for digest-md5, which is not used here; leave it out");
    }
    Some(Login { auth, user, password, token, realm })
}

fn auth(section: &Section<'_, '_>, usual: Option<&AuthPolicy>, has_user: bool) -> Option<AuthPolicy> {
    if !section.has("auth") {
        let usual = usual.cloned().unwrap_or(AuthPolicy::Auto);
        return Some(if has_user { usual } else { AuthPolicy::None });
    }
    let words = section.texts("auth")?;
    let policy = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["auto"] => AuthPolicy::Auto,
        ["none"] => AuthPolicy::None,
        _ => AuthPolicy::Listed(section.list("auth", mechanism)?),
    };
    if policy == AuthPolicy::Listed(Vec::new()) {
        section.wrong("auth", "`auth` is an empty list; write \"none\" for no login");
        return None;
    }
    if policy != AuthPolicy::None && !has_user {
        section.wrong("auth", "`auth` asks for a login, and there is no `user`");
        return None;
    }
    Some(policy)
}

/// There has to be a mechanism for what proves who we are.
fn expect_fit(section: &Section<'_, '_>, auth: &AuthPolicy) -> Option<()> {
    let AuthPolicy::Listed(list) = auth else { return Some(()) };
    let has_token = section.has("token");
    if list.iter().any(|mechanism| mechanism.wants_token() == has_token) {
        return Some(());
    }
    if has_token {
        if section.has("auth") {
            section.wrong("auth", "a `token` is for oauthbearer and xoauth2, and `auth` has neither");
        } else {
            section.wrong("token", "this preset's provider takes no tokens; use `password`");
        }
    } else {
        section.wrong("auth", "`auth` has only mechanisms that want a `token`, and there is none");
    }
    None
}

fn may_use(auth: &AuthPolicy, mechanism: Mechanism) -> bool {
    match auth {
        AuthPolicy::None => false,
        AuthPolicy::Auto => true,
        AuthPolicy::Listed(list) => list.contains(&mechanism),
    }
}

/// A mechanism of AUTH by its name.
pub(crate) fn mechanism(word: &str) -> Result<Mechanism, String> {
    word.parse().map_err(|_| {
        let word_in_lower_case = word.to_ascii_lowercase();
        let distance = |name: &str| strsim::damerau_levenshtein(name, &word_in_lower_case);
        let near = Mechanism::ALL.map(|known| (distance(known.as_str()), known.as_str()));
        let near = near.iter().filter(|(distance, name)| *distance <= 1 + name.len() / 4).min();
        if let Some((_, name)) = near {
            return format!("`{word}` is not a mechanism; did you mean `{name}`?");
        }
        let all = Mechanism::ALL.map(|known| format!("\"{known}\"")).join(", ");
        format!("`{word}` is not a mechanism; write \"auto\", \"none\", or a list of {all}")
    })
}

/// Password and token; at most one of them.
fn secrets(section: &Section<'_, '_>) -> (Option<SecretSource>, Option<SecretSource>) {
    let has = |key: &str| section.has(key);
    if has("user") && !has("password") && !has("token") {
        section.wrong(
            "user",
            "`user` has no `password`; write for example password = { file = \"home.secret\" }",
        );
    }
    for key in ["password", "token"] {
        if has(key) && !has("user") {
            section.wrong(key, &format!("`{key}` is of no use without `user`"));
        }
    }
    if has("password") && has("token") {
        section.wrong("token", "`token` takes the place of `password`; leave one of them out");
    }
    (source(section, "password", Place::Password), source(section, "token", Place::Token))
}

/// Where the secret of this key comes from.
pub(super) fn source(section: &Section<'_, '_>, key: &str, place: Place) -> Option<SecretSource> {
    let table = section.section(key, &format!("the {key}"), place)?;
    let command = || {
        let words = table.texts("command")?;
        if words.first().is_none_or(String::is_empty) {
            table.wrong("command", "`command` names no program");
            return None;
        }
        Some(SecretSource::Command(words))
    };
    let sources = [
        table.path("file").map(SecretSource::File),
        command(),
        table.parsed("credential", credential).map(SecretSource::Credential),
        table.path("table").filter(|_| place == Place::Password).map(SecretSource::Table),
    ];
    if table.names().count() != 1 {
        let wanted = match place {
            Place::Password => "`file`, `command`, `credential` and `table`",
            _ => "`file`, `command` and `credential`",
        };
        section.wrong(key, &format!("`{key}` wants exactly one of {wanted}"));
    }
    sources.into_iter().flatten().next()
}

fn credential(name: &str) -> Result<String, String> {
    if name.contains('/') || name.starts_with('.') {
        return Err(format!("`{name}` is not a name that systemd gives to a credential"));
    }
    Ok(name.to_owned())
}
