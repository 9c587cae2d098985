//! A connection through a SOCKS5 proxy (RFC 1928), with or without a login there (RFC 1929).
//!
//! The proxy resolves the name. Only its own answers are read, to the octet: what comes behind them is the server's.

use std::net::IpAddr;

use smtp::Credentials;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const NONE_OF_THEM: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Asks for a connection to this host. The error says in words what the proxy said.
pub(super) async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    host: &str,
    port: u16,
    login: Option<&Credentials>,
) -> Result<(), String> {
    let request = request(host, port)?;
    greet(stream, login).await?;
    stream.write_all(&request).await.map_err(|error| broken(&error))?;
    let [version, answer, _, kind] = read(stream).await?;
    if version != VERSION {
        return Err(no_proxy());
    }
    if answer != 0 {
        return Err(format!("the proxy says: {}", reason(answer)));
    }
    // The address from which it connected, which is of no interest.
    let octets = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(read::<1, S>(stream).await?[0]),
        _ => return Err(no_proxy()),
    };
    let mut rest = vec![0; octets + 2];
    stream.read_exact(&mut rest).await.map_err(|error| broken(&error))?;
    Ok(())
}

async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    login: Option<&Credentials>,
) -> Result<(), String> {
    let hello: &[u8] =
        if login.is_some() { &[VERSION, 2, NO_LOGIN, PASSWORD] } else { &[VERSION, 1, NO_LOGIN] };
    stream.write_all(hello).await.map_err(|error| broken(&error))?;
    match (read(stream).await?, login) {
        ([VERSION, NO_LOGIN], _) => Ok(()),
        ([VERSION, PASSWORD], Some(login)) => {
            let message = login.for_socks().ok_or("user or password for the proxy are empty or too long")?;
            stream.write_all(&message).await.map_err(|error| broken(&error))?;
            match read(stream).await? {
                [_, 0] => Ok(()),
                [_, _] => Err("the proxy refuses user or password (`proxy_password`)".to_owned()),
            }
        }
        ([VERSION, NONE_OF_THEM], None) => {
            Err("the proxy wants a login: proxy = \"socks5://USER@HOST:PORT\" and `proxy_password`"
                .to_owned())
        }
        ([VERSION, _], _) => Err("the proxy wants a kind of login that is not known here".to_owned()),
        _ => Err(no_proxy()),
    }
}

fn request(host: &str, port: u16) -> Result<Vec<u8>, String> {
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            let octets = u8::try_from(host.len()).map_err(|_| format!("the name `{host}` is too long"))?;
            request.extend([NAME, octets]);
            request.extend(host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

async fn read<const N: usize, S: AsyncRead + Unpin>(stream: &mut S) -> Result<[u8; N], String> {
    let mut octets = [0; N];
    stream.read_exact(&mut octets).await.map_err(|error| broken(&error))?;
    Ok(octets)
}

fn broken(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the proxy closed the connection".to_owned(),
        _ => format!("the connection to the proxy broke: {error}"),
    }
}

fn no_proxy() -> String {
    "what answers there is no SOCKS5 proxy".to_owned()
}

/// RFC 1928 section 6.
fn reason(answer: u8) -> String {
    let known = match answer {
        1 => "it failed",
        2 => "its rules do not allow this connection",
        3 => "the network cannot be reached",
        4 => "the host cannot be reached",
        5 => "connection refused",
        6 => "the time to live expired",
        7 => "it does not make connections",
        8 => "it does not know this kind of address",
        _ => return format!("answer {answer}, which is not in the standard"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::Secret;
    use tokio::io::duplex;

    /// What comes of it, what was said, and what of the proxy's words is left unread.
    async fn outcome(host: &str, login: bool, says: &[u8]) -> (Result<(), String>, Vec<u8>, Vec<u8>) {
        let (mut ours, mut theirs) = duplex(4096);
        theirs.write_all(says).await.expect("said");
        let credentials = Credentials::with_password("me", Secret::new("pw".to_owned()));
        let login = Some(&credentials).filter(|_| login);
        let mut half = theirs;
        let asked = {
            let (_, asked) = tokio::join!(half.shutdown(), ask(&mut ours, host, 587, login));
            asked
        };
        let (mut said, mut left) = (Vec::new(), Vec::new());
        ours.read_to_end(&mut left).await.expect("read");
        drop(ours);
        half.read_to_end(&mut said).await.expect("heard");
        (asked, said, left)
    }

    #[tokio::test]
    async fn a_name_is_given_to_the_proxy_and_nothing_behind_its_answer_is_read() {
        let says = b"\x05\x00\x05\x00\x00\x03\x04host\x00\x19220 hello";
        let (asked, said, left) = outcome("mail.example.jp", false, says).await;
        assert_eq!(asked, Ok(()));
        assert_eq!(said, b"\x05\x01\x00\x05\x01\x00\x03\x0fmail.example.jp\x02\x4b");
        assert_eq!(left, b"220 hello");
    }

    #[tokio::test]
    async fn addresses_go_as_addresses_and_a_login_goes_only_where_it_is_asked_for() {
        let (asked, said, _) = outcome("192.0.2.1", true, b"\x05\x02\x01\x00\x05\0\0\x01\0\0\0\0\0\0").await;
        assert_eq!(asked, Ok(()));
        assert_eq!(said, b"\x05\x02\x00\x02\x01\x02me\x02pw\x05\x01\x00\x01\xc0\x00\x02\x01\x02\x4b");
        let (asked, said, _) =
            outcome("::1", true, b"\x05\x00\x05\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").await;
        assert_eq!(asked, Ok(()));
        assert!(!said.windows(2).any(|pair| pair == b"pw"));
    }

    #[tokio::test]
    async fn whatever_else_the_proxy_says_is_told_in_words() {
        for (login, says, part) in [
            (false, &b"\x05\xff"[..], "the proxy wants a login"),
            (true, b"\x05\x02\x01\x01", "refuses user or password"),
            (true, b"\x05\x01", "not known here"),
            (false, b"\x05\x00\x05\x05\x00\x01\0\0\0\0\0\0", "the proxy says: connection refused"),
            (false, b"\x05\x00\x05\x63\x00\x01\0\0\0\0\0\0", "answer 99"),
            (false, b"HTTP/1.1 400 Bad Request", "no SOCKS5 proxy"),
            (false, b"\x05\x00\x05\x00\x00\x09", "no SOCKS5 proxy"),
            (false, b"\x05", "closed the connection"),
        ] {
            let error = outcome("mail.example.jp", login, says).await.0.expect_err("no connection");
            assert!(error.contains(part), "{error}");
        }
        assert!(request(&"x".repeat(256), 25).is_err());
    }
}
