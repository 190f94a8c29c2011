//! How much is taken from an archive before it is refused.

/// The limits of an archive; the default ones leave room for a hundred times what the platform makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files that make up one archive.
    pub parts: usize,
    /// Bytes that are read to list one part: its central directory.
    pub directory: u64,
    /// Entries of all parts together.
    pub entries: usize,
    /// Bytes of a manifest; read, it takes up to ten times as many.
    pub manifest: u64,
    /// Bytes of one entry, unpacked.
    pub entry: u64,
    /// Bytes of all entries, unpacked.
    pub total: u64,
    /// Unpacked bytes for one packed byte, of an entry and of a whole part. Deflate reaches 1,032.
    pub ratio: u64,
    /// Below so many unpacked bytes the ratio does not matter.
    pub ratio_from: u64,
    /// Bytes of one row. What the platform takes for a row has 1 MiB at most.
    pub row: usize,
    /// Bytes one row takes in memory once it is read, as far as its shape tells: `[{"":0},{"":0}]` takes ninety times its
    /// length.
    pub parsed: usize,
    /// Lists and objects within each other in a row.
    pub depth: usize,
    /// Bytes of an entry's name.
    pub name: usize,
    /// Rows that two archives are compared by; what is kept of each is 200 bytes at most.
    pub compared: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parts: 2_000,
            directory: 16 << 20,
            entries: 500_000,
            manifest: 32 << 20,
            entry: 64 << 30,
            total: 256 << 30,
            ratio: 250,
            ratio_from: 8 << 20,
            row: 4 << 20,
            parsed: 32 << 20,
            depth: 64,
            name: 1_024,
            compared: 2_000_000,
        }
    }
}
