//! Queries of the rows one sees: those of one's own, and what hangs on a bid that one is a side of.

/// A type of which everyone has their own rows, in a table with a `user_n`.
macro_rules! own {
    ($table:literal, $lost:literal, $render:expr) => {
        $crate::store::kinds::Own {
            rows: concat!("SELECT n FROM ", $table, " WHERE user_n = ?1"),
            among: concat!("SELECT n FROM ", $table, " WHERE user_n = ?1 AND n IN (SELECT value FROM json_each(?2))"),
            lost: $lost,
            render: $render,
        }
    };
}

/// A type of which both sides of a bid see the rows, in a table with a `bid_n`.
macro_rules! of_bids {
    ($table:literal, $lost:literal, $render:expr) => {
        $crate::store::kinds::Own {
            rows: $crate::store::sides::rows!($table),
            among: concat!(
                "SELECT x.n FROM ",
                $table,
                " x JOIN bids b ON b.n = x.bid_n JOIN projects p ON p.n = b.project_n
                  WHERE x.n IN (SELECT value FROM json_each(?2)) AND (b.freelancer_n = ?1 OR p.client_n = ?1)"
            ),
            lost: $lost,
            render: $render,
        }
    };
}

/// Every row of a table with a `bid_n` that the user of parameter 1 may see; as [`super::kinds::Own::rows`].
macro_rules! rows {
    ($table:literal) => {
        concat!(
            "SELECT x.n FROM ",
            $table,
            " x JOIN bids b ON b.n = x.bid_n WHERE b.freelancer_n = ?1
              UNION SELECT x.n FROM projects p JOIN bids b ON b.project_n = p.n JOIN ",
            $table,
            " x ON x.bid_n = b.n WHERE p.client_n = ?1"
        )
    };
}

/// Them by pages. Parameters as those of a list: 1 user, 2 before, 3 limit, 4 the row of one bid or nothing.
macro_rules! list {
    ($table:literal) => {
        concat!(
            "SELECT n FROM ",
            $table,
            " WHERE n IN (",
            $crate::store::sides::rows!($table),
            ") AND n < ?2 AND (?4 = '' OR bid_n = CAST(?4 AS INTEGER)) ORDER BY n DESC LIMIT ?3"
        )
    };
}

pub(super) use {list, of_bids, own, rows};
