//! Where mail may go without TLS: to machines so near that nobody strange lies in between, or with a login that does
//! not show the password. Everything else is refused, whatever the configuration says elsewhere.

use std::net::IpAddr;

use smtp::AuthPolicy;

/// Whether the address is of this machine or of a private network: loopback, RFC 1918, `fc00::/7`, link-local.
pub fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Whether every login that may happen hides the password. `auto` does not promise that.
pub fn hides_password(auth: &AuthPolicy) -> bool {
    match auth {
        AuthPolicy::None | AuthPolicy::Auto => false,
        AuthPolicy::Listed(list) => list.iter().all(|mechanism| mechanism.hides_the_password()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smtp::Mechanism;

    #[test]
    fn near_is_what_no_router_of_the_internet_forwards() {
        for (address, near) in [
            ("127.0.0.1", true),
            ("127.255.255.254", true),
            ("10.0.0.1", true),
            ("172.15.255.255", false),
            ("172.16.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.1", false),
            ("192.168.7.7", true),
            ("192.169.0.1", false),
            ("169.254.1.1", true),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("::1", true),
            ("::", false),
            ("fd00::1", true),
            ("fc00::1", true),
            ("fe00::1", false),
            ("fe80::1", true),
            ("fec0::1", false),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", true),
            ("::ffff:192.0.2.1", false),
        ] {
            assert_eq!(is_near(address.parse().expect("an address")), near, "{address}");
        }
    }

    #[test]
    fn a_password_is_hidden_only_if_no_mechanism_of_the_list_shows_it() {
        let listed = |list: &[Mechanism]| AuthPolicy::Listed(list.to_vec());
        assert!(hides_password(&listed(&[Mechanism::CramMd5])));
        assert!(!hides_password(&listed(&[Mechanism::CramMd5, Mechanism::Plain])));
        assert!(!hides_password(&AuthPolicy::Auto));
        assert!(!hides_password(&AuthPolicy::None));
    }
}
