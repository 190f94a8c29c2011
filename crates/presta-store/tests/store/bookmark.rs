//! A bookmark shows at once, whichever way a project is read.

use presta_model::{EntityType, ProjectId, Resource};
use presta_store::outbox::{self, Act, Write};
use presta_store::project::{self, Projects};
use presta_store::{Error, project_list, resource};
use serde_json::{Value, json};

use crate::sample::{self, NOW};

fn queued(op: &str, target: Option<&str>, body: &Value) -> Act {
    Act::Write(Box::new(Write {
        op: op.into(),
        target: target.map(str::to_owned),
        title: String::new(),
        body: body.as_object().unwrap().clone(),
        base: Value::Null,
    }))
}

#[test]
fn one_project_many_and_a_list_say_the_same_of_bookmarks() {
    let (_folder, store) = sample::open();
    let names = ["kept", "dropped", "queued", "none", "said"];
    store
        .write(|tx| -> Result<_, Error> {
            for name in names {
                let mut it = sample::project(name);
                it.viewer.bookmarked = name == "said";
                project::upsert(tx, &it, 1)?;
            }
            for project in ["kept", "dropped"] {
                let row = json!({ "id": format!("bmk_{project}"), "rev": 1, "project_id": project,
                    "created_at": "2026-01-01T00:00:00Z" });
                resource::upsert(tx, &Resource::read(EntityType::Bookmark, row).unwrap(), 1)?;
            }
            outbox::enqueue(tx, "a1", &queued("dropBookmark", Some("bmk_dropped"), &json!({})), NOW)?;
            outbox::enqueue(tx, "a2", &queued("keepBookmark", None, &json!({ "project_id": "queued" })), NOW)
        })
        .unwrap();
    let wanted = ["kept", "queued", "said"];
    let ids = names.map(ProjectId::new);
    store
        .read(|c| -> Result<_, Error> {
            let many = Projects::load(c)?;
            let listed = project_list::by_ids(c, &ids)?;
            assert_eq!(listed.len(), names.len());
            for (id, listed) in ids.iter().zip(listed) {
                let one = project::get(c, id)?.unwrap();
                assert_eq!(one.viewer.bookmarked, wanted.contains(&id.as_str()), "{id}");
                assert_eq!(many.get(id)?.unwrap(), one);
                assert_eq!(listed, one);
            }
            assert!(many.get(&ProjectId::new("unknown"))?.is_none());
            Ok(())
        })
        .unwrap();
}
