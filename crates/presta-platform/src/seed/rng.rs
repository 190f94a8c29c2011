//! A small generator of our own: splitmix64, the same on every platform.

/// A stream of draws.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream of item `index` among those of `kind`.
    pub(super) const fn of(seed: u64, kind: u64, index: u64) -> Self {
        let a = mix(seed.wrapping_add(STEP));
        let b = mix(a ^ kind.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self(mix(b ^ index.wrapping_mul(0xA24B_AED4_963E_E407)))
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Below `bound`; 0 when `bound` is 0.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        (((self.next() as u128) * (bound as u128)) >> 64) as u64
    }

    /// An index into something of `len` items.
    pub(super) const fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// `low..=high`.
    pub(super) const fn between(&mut self, low: i64, high: i64) -> i64 {
        low.saturating_add(self.below(high.saturating_sub(low).unsigned_abs() + 1) as i64)
    }

    pub(super) const fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of `pool`; the default when it is empty.
    pub(super) fn pick<T: Copy + Default>(&mut self, pool: &[T]) -> T {
        pool.get(self.index(pool.len())).copied().unwrap_or_default()
    }

    /// Up to `count` different items of `pool`, in a random rotation with a random stride.
    pub(super) fn some<'a, T>(&mut self, pool: &'a [T], count: usize) -> Vec<&'a T> {
        let len = pool.len();
        let mut order: Vec<usize> = (0..len).collect();
        let taken = count.min(len);
        for at in 0..taken {
            let other = at + self.index(len - at);
            order.swap(at, other);
        }
        order.truncate(taken);
        order.into_iter().filter_map(|at| pool.get(at)).collect()
    }
}
