//! The list of people: one narrow row per membership, with everything that the list is searched, filtered and sorted by.
//!
//! Fifty thousand colleagues are looked through for every page of the list. On SQLite the rows of an organisation lie
//! together in the order of their names (the primary key of a table without row ids), and every other order has an index
//! with all that is looked at.

use super::*;
use sea_orm_migration::prelude::*;

/// See the file.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns::of(manager);
        no_time_limit(manager).await?;
        // 0 stands for "never" and for "no such day", so that both databases sort it alike.
        let columns = vec![
            c.id("organisation"),
            c.key("name_key"),
            c.id("membership").unique_key().take(),
            c.id("person"),
            c.key("search"),
            c.number("present_until"),
            c.text("status"),
            c.truth("more_roles"),
            c.key("department_key"),
            c.key("personnel_key"),
            c.number("since"),
            c.text("means"),
            c.number("issued_at"),
            c.number("expires_at"),
            c.number("last_used_at"),
            c.truth("pending"),
            c.truth("was_active"),
            c.truth("asked"),
            c.number("qr_until"),
        ];
        let key = ["organisation", "name_key", "membership"].map(Alias::new);
        let [organisation, name_key, membership] = key;
        let mut directory = table("directory", columns);
        directory.primary_key(&mut Index::create().col(organisation).col(name_key).col(membership).take());
        if !c.postgres {
            directory.extra("WITHOUT ROWID");
        }
        manager.create_table(directory).await?;
        manager.create_index(index_of("directory", &["person"])).await?;
        for order in ["department_key", "personnel_key", "last_used_at", "expires_at", "since"] {
            let mut columns = vec!["organisation", order, "name_key", "membership", "present_until"];
            if !c.postgres {
                columns.extend(SHOWN.iter().filter(|column| **column != order));
            }
            manager.create_index(index_of("directory", &columns).name(format!("directory_by_{order}")).take()).await?;
        }
        manager.create_index(index_of("directory", &["organisation", "present_until"])).await?;
        execute(manager, FILL, vec![]).await
    }
}

/// What the list is searched and filtered by. On SQLite every order has it all in its index, so that no order needs to be
/// sorted or to go from the index to fifty thousand rows here and there. (PostgreSQL allows no long texts in an index.)
const SHOWN: [&str; 11] = [
    "search",
    "status",
    "more_roles",
    "means",
    "issued_at",
    "expires_at",
    "last_used_at",
    "pending",
    "was_active",
    "asked",
    "qr_until",
];

const FILL: &str = "INSERT INTO directory (organisation, name_key, membership, person, search, present_until, status, \
    more_roles, department_key, personnel_key, since, means, issued_at, expires_at, last_used_at, pending, was_active, \
    asked, qr_until) \
    SELECT m.organisation, p.name_key, m.id, p.id, \
    p.search || ' ' || m.search || ' ' || COALESCE(m.uzi_number, ''), \
    CASE WHEN m.status = 'ended' THEN 0 ELSE COALESCE(m.ends_at, 9223372036854775807) END, \
    m.status, m.roles NOT IN ('', 'Signer'), m.department_key, m.personnel_key, m.created_at, \
    COALESCE(i.status, ''), COALESCE(i.created_at / 86400000 * 86400000, 0), COALESCE(i.not_after, 0), \
    COALESCE(i.last_used_at / 86400000 * 86400000, 0), \
    EXISTS (SELECT 1 FROM identities WHERE person = p.id AND status = 'pending'), \
    EXISTS (SELECT 1 FROM identities WHERE person = p.id AND was_active), \
    EXISTS (SELECT 1 FROM requests WHERE person = p.id AND purpose = 'enrol' AND means = 'phone'), \
    COALESCE((SELECT MAX(expires_at) FROM requests WHERE person = p.id AND purpose = 'enrol' AND means = 'phone' \
        AND status IN ('created', 'opened')), 0) \
    FROM memberships m JOIN people p ON p.id = m.person \
    LEFT JOIN identities i ON i.id = (SELECT id FROM identities WHERE person = p.id AND status IN ('active', 'blocked') \
        ORDER BY status, not_after DESC, id DESC LIMIT 1)";
