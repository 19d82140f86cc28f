//! Keeps `directory`, the narrow table behind the list of people, right: at the end of every job that changed something
//! that the list shows, in the job's own transaction.

use crate::{connection::Connection, value::values};
use domain::{
    Timestamp,
    identity::{Identity, IdentityStatus},
    person::PersonId,
};
use std::collections::BTreeSet;
use storage::StoreError;

type Result<T> = std::result::Result<T, StoreError>;

/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

/// The day of a moment.
pub(crate) fn day(at: Timestamp) -> i64 {
    at.0 / DAY * DAY
}

/// What the list shows of an identity. A login changes it once a day, so that only the first one of a day is dearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Means {
    status: IdentityStatus,
    last_used: Option<i64>,
}

impl Means {
    pub fn of(identity: &Identity) -> Self {
        Self { status: identity.status, last_used: identity.last_used_at.map(day) }
    }
}

/// Locks on PostgreSQL. Two jobs that refresh the same person must do it one after the other, or the later one would not
/// see what the earlier one changed. They are taken last and in order, so nobody waits in a circle; many people share a
/// few, so that a change of thousands does not need thousands.
const LOCKS: u8 = 64;
/// Any number: the class of these locks.
const LOCK: i64 = 0x5A4F_5244;

/// The rows of a person's memberships, from everything that they say. (`COALESCE` keeps SQLite from going by the index of
/// all identities of a status.)
const REFRESH: &str = "INSERT INTO directory (organisation, name_key, membership, person, search, present_until, status, \
    more_roles, department_key, personnel_key, since, means, issued_at, expires_at, last_used_at, pending, was_active, \
    asked, qr_until) \
    SELECT m.organisation, p.name_key, m.id, p.id, \
    p.search || ' ' || m.search || ' ' || COALESCE(m.uzi_number, ''), \
    CASE WHEN m.status = 'ended' THEN 0 ELSE COALESCE(m.ends_at, 9223372036854775807) END, \
    m.status, m.roles NOT IN ('', 'Signer'), m.department_key, m.personnel_key, m.created_at, \
    COALESCE(i.status, ''), COALESCE(i.created_at / 86400000 * 86400000, 0), COALESCE(i.not_after, 0), \
    COALESCE(i.last_used_at / 86400000 * 86400000, 0), \
    EXISTS (SELECT 1 FROM identities WHERE person = p.id AND COALESCE(status, '') = 'pending'), \
    EXISTS (SELECT 1 FROM identities WHERE person = p.id AND was_active), \
    EXISTS (SELECT 1 FROM requests WHERE person = p.id AND purpose = 'enrol' AND means = 'phone'), \
    COALESCE((SELECT MAX(expires_at) FROM requests WHERE person = p.id AND purpose = 'enrol' AND means = 'phone' \
        AND status IN ('created', 'opened')), 0) \
    FROM memberships m JOIN people p ON p.id = m.person \
    LEFT JOIN identities i ON i.id = (SELECT id FROM identities WHERE person = p.id AND status IN ('active', 'blocked') \
        ORDER BY status, not_after DESC, id DESC LIMIT 1) \
    WHERE m.person = $1 \
    ON CONFLICT (membership) DO UPDATE SET name_key = excluded.name_key, search = excluded.search, \
    present_until = excluded.present_until, status = excluded.status, more_roles = excluded.more_roles, \
    department_key = excluded.department_key, personnel_key = excluded.personnel_key, means = excluded.means, \
    issued_at = excluded.issued_at, expires_at = excluded.expires_at, last_used_at = excluded.last_used_at, \
    pending = excluded.pending, was_active = excluded.was_active, asked = excluded.asked, qr_until = excluded.qr_until";

/// Makes the rows of these people again.
pub(crate) async fn refresh(connection: &mut Connection<'_>, people: BTreeSet<PersonId>) -> Result<()> {
    if connection.is_postgres() {
        // The last byte of an id is random.
        let locks: BTreeSet<u8> = people.iter().map(|person| person.as_bytes()[15] % LOCKS).collect();
        for lock in locks {
            let sql = "SELECT pg_advisory_xact_lock($1)";
            connection.execute(sql, values![LOCK << 8 | i64::from(lock)]).await?;
        }
    }
    for person in people {
        connection.execute(REFRESH, values![person]).await?;
    }
    Ok(())
}
