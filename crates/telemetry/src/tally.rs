//! What a set of numbers comes to: count, smallest, greatest, sum, first and last.
//!
//! Never: a value that is not finite; a sum beyond the range of floats stays at its end.

use fieldkeep_domain::Timestamp;

/// Count, extremes, sum, first and last of one or more numbers. Adding in another order changes the sum by rounding
/// alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// How many numbers; at least 1.
    pub count: u64,
    /// The smallest; −0.0 is smaller than 0.0.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// Their sum, held inside the range of finite floats.
    pub sum: f64,
    /// The earliest.
    pub first: (Timestamp, f64),
    /// The latest.
    pub last: (Timestamp, f64),
}

impl Tally {
    /// The tally of one number.
    pub fn of(time: Timestamp, number: f64) -> Self {
        Self { count: 1, min: number, max: number, sum: number, first: (time, number), last: (time, number) }
    }

    /// Both sets together. Of equal first times the own one stays, of equal last times the other one wins.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.min = least(self.min, other.min);
        self.max = greatest(self.max, other.max);
        self.sum = sum(self.sum, other.sum);
        if other.first.0 < self.first.0 {
            self.first = other.first;
        }
        if other.last.0 >= self.last.0 {
            self.last = other.last;
        }
    }

    /// Adds a number to a tally that may not have begun.
    pub fn add(slot: &mut Option<Self>, time: Timestamp, number: f64) {
        Self::join(slot, &Self::of(time, number));
    }

    /// Adds a tally to one that may not have begun.
    pub fn join(slot: &mut Option<Self>, other: &Self) {
        match slot {
            Some(tally) => tally.merge(other),
            None => *slot = Some(*other),
        }
    }

    /// sum ÷ count.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// The smaller of two; −0.0 before 0.0.
pub fn least(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

/// The greater of two; 0.0 after −0.0.
pub fn greatest(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}

/// A sum that stays finite.
pub fn sum(a: f64, b: f64) -> f64 {
    (a + b).clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_stay_finite_and_zeros_apart() {
        let mut tally = None;
        for (at, number) in [0.0, f64::MAX, f64::MAX, -0.0].into_iter().enumerate() {
            Tally::add(&mut tally, Timestamp(at as i64), number);
        }
        let tally = tally.expect("begun");
        assert_eq!(tally.sum, f64::MAX);
        assert!(tally.min.is_sign_negative());
        assert!(tally.last.1.is_sign_negative());
        assert_eq!(tally.count, 4);
    }
}
