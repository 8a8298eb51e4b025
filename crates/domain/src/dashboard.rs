//! Where tiles of a dashboard may lie.

/// Columns of the grid.
pub const COLUMNS: u32 = 12;
/// Rows of the grid.
pub const ROWS_MAX: u32 = 1_000;
/// Rows of one tile.
pub const TILE_ROWS_MAX: u32 = 24;
/// Tiles of one dashboard.
pub const TILES_MAX: usize = 64;
/// Series of one tile.
pub const SERIES_MAX: usize = 16;
/// What a tile can be.
pub const KINDS: [&str; 6] = ["value", "chart", "state", "table", "map", "note"];

/// A tile's place: first column and row, columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rectangle {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub w: u32,
    /// Rows.
    pub h: u32,
}

impl Rectangle {
    /// Whether it lies on the grid.
    pub fn fits(self) -> bool {
        (1..=COLUMNS).contains(&self.w)
            && (1..=TILE_ROWS_MAX).contains(&self.h)
            && self.x < COLUMNS
            && self.x + self.w <= COLUMNS
            && self.y < ROWS_MAX
    }
    /// Whether two lie over each other.
    pub fn overlaps(self, other: Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

/// Whether a text may name a tile.
pub fn is_tile_id(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_lie_on_the_grid_and_beside_each_other() {
        let tile = |x, y, w, h| Rectangle { x, y, w, h };
        assert!(tile(0, 0, 12, 24).fits() && tile(11, 999, 1, 1).fits());
        for bad in
            [tile(0, 0, 13, 1), tile(11, 0, 2, 1), tile(0, 0, 0, 1), tile(0, 1_000, 1, 1), tile(0, 0, 1, 25)]
        {
            assert!(!bad.fits(), "{bad:?}");
        }
        assert!(tile(u32::MAX, 0, 12, 1).fits() == false);
        assert!(tile(0, 0, 6, 2).overlaps(tile(5, 1, 2, 2)));
        assert!(!tile(0, 0, 6, 2).overlaps(tile(6, 0, 6, 2)) && !tile(0, 0, 6, 2).overlaps(tile(0, 2, 6, 2)));
        assert!(is_tile_id("a-1") && !is_tile_id("") && !is_tile_id("a b") && !is_tile_id(&"x".repeat(41)));
    }
}
