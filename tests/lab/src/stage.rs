//! The script of a server: at which point of the dialogue it does what.

/// A point of the dialogue at which a server can misbehave.
///
/// A stage is reached only when the server would otherwise have gone on in the usual way or refused by its
/// own rules; commands out of order are refused as always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The connection is accepted; no TLS yet and nothing said. There is no usual reply.
    Connect,
    /// The 220 greeting.
    Greeting,
    /// The answer to EHLO and HELO. A `50x` said here is for EHLO only, so that a client may fall back to
    /// HELO.
    Ehlo,
    /// The answer to STARTTLS.
    StartTls,
    /// A TLS handshake is through, implicit or after STARTTLS. There is no usual reply.
    AfterTls,
    /// The verdict at the end of an AUTH exchange, after the client has shown its proof.
    Auth,
    /// The answer to MAIL FROM.
    Mail,
    /// The answer to each RCPT TO.
    Rcpt,
    /// The answer to DATA.
    Data,
    /// The answer to the final dot.
    Dot,
    /// The answer to QUIT. The connection ends after whatever is said here.
    Quit,
}

/// What a server does in place of the usual reply.
///
/// Texts go out verbatim, several lines and all; a line end is added when there is none. Whether the
/// dialogue moves on is decided by the first digit: after 2yz and 3yz as usual, after anything else not. A
/// mail is kept only when its final dot gets a 2yz, or by [`Act::KeepThenClose`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says this instead. At a stage without a usual reply: says this unasked.
    Say(String),
    /// Says this instead, then closes.
    SayAndClose(String),
    /// Says this instead, if anything, and ends TCP; of the goodbye that TLS wants nothing is said.
    SayAndHangUp(String),
    /// Closes without a word.
    Close,
    /// Resets the connection (RST) without a word.
    Reset,
    /// Never says anything again, but keeps the connection open and reads until the peer or the server ends.
    Silence,
    /// Refuses with this code (`535`), and says in the same reply all that the client said since its last AUTH, as it came
    /// and decoded.
    Echo(u16),
    /// Says these octets, no line end added, and then falls silent as with [`Act::Silence`].
    BreakOff(String),
    /// Says this over and over, no line end added, as fast as the client takes it, until the client has gone. Where
    /// it is a whole reply, the first one answers and all others are unasked.
    Flood(String),
    /// Gives the usual reply and reads nothing more, so that a client that goes on sending is stopped by full buffers.
    Deafness,
    /// Gives the usual reply, octet by octet.
    Dribble {
        /// Pause before each octet, in milliseconds.
        ms_per_byte: u64,
    },
    /// Gives the usual reply after so many milliseconds.
    DelayMs(u64),
    /// Dot only: the mail is kept, but the reply is lost with the connection. Elsewhere: closes.
    KeepThenClose,
    /// Dot only: mail and reply are lost with the connection. Elsewhere: closes.
    LoseThenClose,
    /// Gives the usual reply with this text behind it in the same packet; at STARTTLS that is plaintext
    /// injection.
    Inject(String),
}
