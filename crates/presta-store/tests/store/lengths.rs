//! The length of a list that is known is the one that counting gives.

use jiff::Timestamp;
use presta_model::ProjectStatus;
use presta_store::project_list::{ListRequest, ProjectFilters, Sort, list, list_counted};
use presta_store::search::Search;
use presta_store::{Store, project};
use proptest::prelude::*;

use crate::sample::{self, NOW};

#[derive(Debug, Clone)]
enum Step {
    /// A project comes, or comes again, and closes so many ms from now.
    Comes {
        id: u8,
        left: Option<i64>,
        open: bool,
        remote: bool,
    },
    Goes {
        id: u8,
    },
    /// Time passes.
    Later {
        ms: i64,
    },
}

fn a_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..20, prop::option::of(-50i64..200), prop::bool::weighted(0.8), any::<bool>())
            .prop_map(|(id, left, open, remote)| Step::Comes { id, left, open, remote }),
        (0u8..20).prop_map(|id| Step::Goes { id }),
        (0i64..60).prop_map(|ms| Step::Later { ms }),
    ]
}

fn take(store: &Store, step: &Step, now: &mut i64) {
    match step {
        Step::Comes { id, left, open, remote } => {
            let mut it = sample::project(&format!("prj_{id}"));
            it.bids_close_at = left.map(|left| Timestamp::from_millisecond(*now + left).unwrap());
            it.status = if *open { ProjectStatus::Open } else { ProjectStatus::Closed };
            it.remote = *remote;
            it.rev = *now;
            store.write(|tx| project::upsert(tx, &it, 1)).unwrap();
        }
        Step::Goes { id } => store.write(|tx| project::remove(tx, &format!("prj_{id}"))).unwrap(),
        Step::Later { ms } => *now += ms,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_known_length_is_the_counted_one(steps in prop::collection::vec(a_step(), 1..40)) {
        let (_folder, store) = sample::open();
        let search = Search::default();
        let all = ProjectFilters::default();
        let some = ProjectFilters { remote: Some(true), ..ProjectFilters::default() };
        let mut now = NOW;
        for step in &steps {
            take(&store, step, &mut now);
            for filters in [&all, &some] {
                let request =
                    ListRequest { search: &search, filters, sort: Sort::Newest, my_skills: &[], now, offset: 0, limit: 50 };
                let lengths = store.lengths();
                prop_assert!(lengths.is_some());
                let known = store.read(|c| list_counted(c, &request, lengths.as_ref())).unwrap().total;
                let page = store.read(|c| list(c, &request)).unwrap();
                prop_assert_eq!((known, known), (page.total, page.projects.len() as u64), "after {:?}", step);
            }
        }
    }
}
