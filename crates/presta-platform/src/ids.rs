//! Opaque public ids: a prefix and a scrambled row number, so that nothing is stored twice and
//! neighbours do not look alike. Secrecy is not the point: what one may not see answers 404.

use std::fmt;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// `usr_`
    User,
    /// `prj_`
    Project,
    /// `bid_`
    Bid,
    /// `thr_`
    Thread,
    /// `msg_`
    Message,
    /// `att_`
    Attachment,
    /// `upl_`
    Upload,
    /// `ctt_`
    Contest,
    /// `ent_`
    Entry,
    /// `amd_`
    Amendment,
    /// `mil_`
    Milestone,
    /// `mrq_`
    MilestoneRequest,
    /// `rev_`
    Review,
    /// `sea_`
    SavedSearch,
    /// `bmk_`
    Bookmark,
    /// `inv_`
    Invitation,
    /// `rec_`
    Recommendation,
    /// `dec_`
    Decision,
    /// `rep_`
    Report,
    /// `app_`
    App,
    /// `acc_`
    Account,
    /// `dev_`
    Device,
    /// `con_`
    Contact,
    /// `prq_`
    PrivacyRequest,
    /// `exp_`
    Export,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BITS: u32 = 60;
const MASK: u64 = (1 << BITS) - 1;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const OFFSET: u64 = 0x0254_5f49_14f6_cdd1;

impl Prefix {
    const fn text(self) -> &'static str {
        match self {
            Self::User => "usr_",
            Self::Project => "prj_",
            Self::Bid => "bid_",
            Self::Thread => "thr_",
            Self::Message => "msg_",
            Self::Attachment => "att_",
            Self::Upload => "upl_",
            Self::Contest => "ctt_",
            Self::Entry => "ent_",
            Self::Amendment => "amd_",
            Self::Milestone => "mil_",
            Self::MilestoneRequest => "mrq_",
            Self::Review => "rev_",
            Self::SavedSearch => "sea_",
            Self::Bookmark => "bmk_",
            Self::Invitation => "inv_",
            Self::Recommendation => "rec_",
            Self::Decision => "dec_",
            Self::Report => "rep_",
            Self::App => "app_",
            Self::Account => "acc_",
            Self::Device => "dev_",
            Self::Contact => "con_",
            Self::PrivacyRequest => "prq_",
            Self::Export => "exp_",
        }
    }

    /// The public id of row `n`.
    #[must_use]
    pub const fn id(self, n: i64) -> Id {
        Id { prefix: self, n }
    }

    /// The row a public id names, if it has the form of one.
    #[must_use]
    pub fn parse(self, id: &str) -> Option<i64> {
        let digits = id.strip_prefix(self.text())?;
        if digits.len() != 12 {
            return None;
        }
        let mut scrambled = 0_u64;
        for byte in digits.bytes() {
            let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
            scrambled = scrambled << 5 | u64::try_from(digit).ok()?;
        }
        let n = scrambled.wrapping_sub(OFFSET).wrapping_mul(inverse(FACTOR)) & MASK;
        i64::try_from(n).ok()
    }
}

/// A public id, written on `Display`.
#[derive(Debug, Clone, Copy)]
pub struct Id {
    prefix: Prefix,
    n: i64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix.text())?;
        let scrambled = self.n.cast_unsigned().wrapping_mul(FACTOR).wrapping_add(OFFSET) & MASK;
        let mut digits = [b'0'; 12];
        let mut rest = scrambled;
        for digit in digits.iter_mut().rev() {
            let index = usize::try_from(rest & 31).unwrap_or(0);
            *digit = ALPHABET.get(index).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or(""))
    }
}

/// The inverse of an odd number modulo 2^64, by Newton's method.
const fn inverse(odd: u64) -> u64 {
    let mut x = odd;
    let mut round = 0;
    while round < 6 {
        x = x.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(x)));
        round += 1;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn an_id_leads_back_to_its_row() {
        for n in [1, 2, 3, 999, 123_456_789, 900_000_000_000] {
            let id = Prefix::Project.id(n).to_string();
            assert_eq!(Prefix::Project.parse(&id), Some(n), "{id}");
            assert_eq!(Prefix::Bid.parse(&id), None);
        }
        assert_eq!(Prefix::Project.parse("prj_nope"), None);
        assert_eq!(Prefix::Project.parse("prj_éééééé"), None);
    }
}
