//! As whom the connections to one provider log in.
//!
//! A password is read at the start of the agent and stays. A token lives for an hour or so: it is fetched when the first
//! connection needs it, kept, and fetched anew when the provider refuses it; then the attempt is made once more, on a new
//! connection. Nothing here knows how long a token lives: the provider says when it is over.

use std::fmt;
use std::sync::{Arc, PoisonError};

use smtp::{Credentials, Failure, Outcome, Phase, Proof, RecipientOutcome, Secret, Trouble};
use tokio::sync::Mutex;

/// As whom to log in.
#[derive(Clone, Debug)]
pub enum Identity {
    /// There is no login.
    Nobody,
    /// With a password.
    Password(Arc<Credentials>),
    /// With an access token.
    Token {
        /// The authentication identity.
        user: String,
        /// Where tokens come from.
        source: TokenSource,
    },
}

/// Fetches an access token. May block: it is called on a thread of its own.
#[derive(Clone)]
pub struct TokenSource(Arc<dyn Fn() -> Result<Secret, String> + Send + Sync>);

impl TokenSource {
    /// Takes what fetches a token; its error is for people, and never holds one.
    pub fn new(fetch: impl Fn() -> Result<Secret, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fetch))
    }

    /// The same, and whoever wants to keep a token out of sight is told of each one that is fetched.
    #[must_use]
    pub fn told_to(self, tell: impl Fn(&Secret) + Send + Sync + 'static) -> Self {
        Self::new(move || (self.0)().inspect(&tell))
    }

    /// Fetches a token now, for those who want to know at once whether there is one; it is the first that is given out.
    pub async fn ahead(self) -> Result<Self, String> {
        let first = std::sync::Mutex::new(Some(self.fetch().await?));
        Ok(Self::new(move || {
            let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            first.map_or_else(|| (self.0)(), Ok)
        }))
    }

    async fn fetch(&self) -> Result<Secret, String> {
        let fetch = Arc::clone(&self.0);
        let fetched = tokio::task::spawn_blocking(move || fetch()).await;
        fetched.unwrap_or_else(|_| Err("whoever fetches tokens died".to_owned()))
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource(…)")
    }
}

/// The identity at one provider with its token, shared by all connections.
#[derive(Debug)]
pub(super) struct Login {
    identity: Identity,
    /// The token that was fetched last.
    fetched: Mutex<Option<Arc<Credentials>>>,
}

impl Login {
    pub(super) fn new(identity: Identity) -> Self {
        Self { identity, fetched: Mutex::default() }
    }

    /// What a new connection logs in with.
    pub(super) async fn credentials(&self) -> Result<Option<Arc<Credentials>>, Failure> {
        match &self.identity {
            Identity::Nobody => Ok(None),
            Identity::Password(credentials) => Ok(Some(Arc::clone(credentials))),
            Identity::Token { user, source } => {
                let mut fetched = self.fetched.lock().await;
                if fetched.is_none() {
                    let token = source.fetch().await;
                    let token = token.map_err(|why| Failure::new(Phase::Auth, Trouble::Settings(why)))?;
                    *fetched = Some(Arc::new(Credentials::with_token(user.clone(), token)));
                }
                Ok(fetched.clone())
            }
        }
    }

    /// After a refusal: sees to it that there is another token than this one, and says whether there is.
    pub(super) async fn renew(&self, refused: &Arc<Credentials>) -> Result<bool, String> {
        let Identity::Token { user, source } = &self.identity else { return Ok(false) };
        let mut fetched = self.fetched.lock().await;
        if fetched.as_ref().is_some_and(|known| !is_same(known, refused)) {
            // Another connection was refused, too, and has been here before.
            return Ok(true);
        }
        let fresh = Arc::new(Credentials::with_token(user.clone(), source.fetch().await?));
        let is_fresh = !is_same(&fresh, refused);
        *fetched = Some(fresh);
        Ok(is_fresh)
    }
}

fn is_same(one: &Credentials, other: &Credentials) -> bool {
    let (Proof::Password(one) | Proof::Token(one), Proof::Password(other) | Proof::Token(other)) =
        (&one.proof, &other.proof);
    one.is_same(other)
}

/// Whether nothing but the token was in the way.
pub(super) fn is_token_refused(outcome: &Outcome) -> bool {
    outcome.recipients.iter().all(|recipient| match recipient {
        RecipientOutcome::Failed(failure) => matches!(failure.trouble, Trouble::TokenRefused(_)),
        RecipientOutcome::Delivered(_) | RecipientOutcome::Taken { .. } | RecipientOutcome::Uncertain(_) => {
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A source whose tokens are numbered from 1; those from `last` on are all the same.
    fn counting(last: usize) -> (Login, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let calls = Arc::clone(&count);
        let source = TokenSource::new(move || {
            let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
            if call > 5 {
                Err("out of tokens".to_owned())
            } else {
                Ok(Secret::new(format!("t{}", call.min(last))))
            }
        });
        (Login::new(Identity::Token { user: "alert".to_owned(), source }), count)
    }

    #[tokio::test]
    async fn a_token_is_fetched_once_and_again_only_when_it_was_refused() {
        let (login, calls) = counting(2);
        let first = login.credentials().await.expect("a token").expect("credentials");
        login.credentials().await.expect("the same token");
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(login.renew(&first).await, Ok(true));
        assert_eq!(login.renew(&first).await, Ok(true), "the second connection profits of the first");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        let second = login.credentials().await.expect("a token").expect("credentials");
        assert_eq!(login.renew(&second).await, Ok(false), "the source has no other one");
        for _ in 0..3 {
            let _ = login.renew(&second).await;
        }
        assert_eq!(login.renew(&second).await, Err("out of tokens".to_owned()));
    }
}
