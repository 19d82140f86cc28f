//! Who calls, when a proxy stands in between: the address that a proxy of ours saw, never one that the caller made up.

use std::net::IpAddr;

/// A network in CIDR notation, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Which header a proxy writes. One, because it passes the other on as the caller sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ForwardedHeader {
    /// The header's name, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
    /// Reads [`ForwardedHeader::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::XForwardedFor, Self::Forwarded].into_iter().find(|header| header.as_str().eq_ignore_ascii_case(text))
    }
}

/// The proxies in front of us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Where they are; empty: there is none, and headers count for nothing.
    pub trusted: Vec<Network>,
    /// Which header they write.
    pub header: ForwardedHeader,
}

/// The most hops that are looked at.
const MOST_HOPS: usize = 16;

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1`. `None` for anything else, also for bits set behind the prefix.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().ok().filter(|bits| *bits <= most)?,
            Some(_) => return None,
        };
        let network = Self { address, bits };
        (network.prefix(address) == network.prefix_and_rest(address)).then_some(network)
    }
    /// Whether an address lies in it. IPv4 in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && self.prefix(address) == self.prefix(self.address)
    }
    /// The first `bits` bits, the others 0.
    fn prefix(&self, address: IpAddr) -> u128 {
        let width = if address.is_ipv4() { 32 } else { 128 };
        let rest = width - u32::from(self.bits).min(width);
        let number = self.prefix_and_rest(address);
        number.checked_shr(rest).and_then(|prefix| prefix.checked_shl(rest)).unwrap_or(0)
    }
    fn prefix_and_rest(&self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        }
    }
}

impl Proxies {
    /// The caller's address. `peer` is who connected; `values` are the header's values as they came, in order.
    ///
    /// Only a proxy of ours is asked, from the nearest hop to the farthest: the first address that is not ours is the
    /// caller; what stands left of it, the caller may have written. Where a hop cannot be read, the last one that could
    /// is all that is known.
    pub fn caller<'v>(&self, peer: IpAddr, values: impl DoubleEndedIterator<Item = &'v str>) -> IpAddr {
        let mut known = peer.to_canonical();
        if !self.is_ours(known) {
            return known;
        }
        let header = self.header;
        let hops = values.rev().flat_map(|value| value.rsplit(',')).take(MOST_HOPS);
        for hop in hops.map(|hop| address_in(header, hop)) {
            let Some(address) = hop else { break };
            known = address;
            if !self.is_ours(known) {
                break;
            }
        }
        known
    }
    fn is_ours(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }
}

/// The address of one hop, without its port. `unknown` and hidden names (RFC 7239 §6.3) are none.
fn address_in(header: ForwardedHeader, hop: &str) -> Option<IpAddr> {
    let node = match header {
        ForwardedHeader::XForwardedFor => hop,
        ForwardedHeader::Forwarded => {
            let mut pairs = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?.1
        }
    };
    let node = node.trim();
    let node = node.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')).unwrap_or(node);
    let address = match node.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match node.split_once(':') {
            // One colon: IPv4 and its port; more: IPv6.
            Some((address, port)) if !port.contains(':') => address,
            _ => node,
        },
    };
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests;
