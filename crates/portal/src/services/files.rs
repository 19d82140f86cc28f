//! Files of people that a beheerder brings or takes: what a file says beside who is here, and the list as a file. What is
//! brought changes nothing by itself; that is [`super::changes`].

use super::{
    changes::usable_administrators,
    journal,
    mail::{self, Letter},
    session::Current,
};
use crate::{AppError, AppState, caller::Caller, error::Halt};
use domain::{
    authorise::{Actor, Refusal, Target},
    change::{Change, MemberChange},
    csv_file::{
        RowProblem, Wrong,
        leavers::{LeaversFile, Numbers},
        people::PeopleFile,
    },
    log::Event,
    mail::MailKind,
    organisation::OrganisationId,
    person::{Membership, MembershipId, Role},
    preregistration::PreRegistrationId,
};
use protocol::ProblemCode;
use std::collections::HashMap;
use storage::{PeopleFilter, PeopleQuery, PeopleSort, PersonRow, Tx, Window};

/// Rows of a long list that are in memory at once.
const STEP: u32 = 5_000;

/// Everybody who is not ended.
fn everybody(app: &AppState, organisation: OrganisationId) -> PeopleQuery {
    PeopleQuery {
        organisation,
        text: String::new(),
        filter: PeopleFilter::Present,
        sort: PeopleSort::Name,
        descending: false,
        window: Window { offset: 0, limit: STEP },
        now: app.now(),
    }
}

/// Looks at every row of a list of people, some at a time.
async fn each(tx: &mut dyn Tx, mut query: PeopleQuery, mut look: impl FnMut(PersonRow) + Send) -> Result<(), AppError> {
    query.window = Window { offset: 0, limit: STEP };
    loop {
        let page = tx.people(&query).await?;
        let last = page.rows.len() < STEP as usize;
        page.rows.into_iter().for_each(&mut look);
        if last {
            return Ok(());
        }
        query.window.offset += u64::from(STEP);
    }
}

/// Leaves out who works here already or was prepared before.
pub async fn compare(app: &AppState, organisation: OrganisationId, file: PeopleFile) -> Result<PeopleFile, AppError> {
    let query = everybody(app, organisation);
    app.read(move |tx| {
        Box::pin(async move {
            let mut file = file;
            each(tx, query, |row| {
                file.leave_out(&row.person.name, Some(row.person.birth_date), Wrong::WorksHere);
            })
            .await?;
            let mut window = Window { offset: 0, limit: STEP };
            loop {
                let page = tx.preregistrations(organisation, "", window).await?;
                let last = page.rows.len() < STEP as usize;
                for known in page.rows {
                    file.leave_out(&known.row.name, known.row.birth_date, Wrong::Prepared);
                }
                if last {
                    return Ok(file);
                }
                window.offset += u64::from(STEP);
            }
        })
    })
    .await
}

/// Everybody who was prepared and is found by this text.
pub async fn prepared_ids(
    app: &AppState,
    organisation: OrganisationId,
    text: String,
) -> Result<Vec<PreRegistrationId>, AppError> {
    app.read(move |tx| {
        Box::pin(async move {
            let (mut ids, mut window) = (Vec::new(), Window { offset: 0, limit: STEP });
            loop {
                let page = tx.preregistrations(organisation, &text, window).await?;
                let last = page.rows.len() < STEP as usize;
                ids.extend(page.rows.into_iter().map(|row| row.id));
                if last {
                    return Ok(ids);
                }
                window.offset += u64::from(STEP);
            }
        })
    })
    .await
}

/// A colleague whom a row names.
#[derive(Clone, Debug)]
pub struct Found {
    /// As what.
    pub membership: Membership,
    /// Name.
    pub name: String,
    /// Person number.
    pub number: String,
}

/// What a file of leavers means here.
#[derive(Clone, Debug, Default)]
pub struct Leaving {
    /// Who may be unlinked, in the order of the file.
    pub found: Vec<Found>,
    /// What is not right, in the order of the file.
    pub problems: Vec<RowProblem>,
}

/// Finds the colleagues whom a file names, and tells whom it names who may not be unlinked by who is at work. The same
/// rules decide again when it is done.
pub async fn find(
    app: &AppState,
    current: &Current,
    organisation: OrganisationId,
    file: LeaversFile,
) -> Result<Leaving, AppError> {
    let (state, current, query) = (app.clone(), current.clone(), everybody(app, organisation));
    app.read(move |tx| {
        Box::pin(async move {
            let mut hits: HashMap<usize, Vec<Found>> = HashMap::new();
            each(tx, query, |row| {
                let uzi = row.membership.attributes.as_ref().map(|attributes| attributes.uzi_number.as_str());
                let numbers = Numbers::of(&row.person.number, uzi, &row.membership.personnel_number);
                for place in file.rows_of(&numbers) {
                    hits.entry(place).or_default().push(Found {
                        name: row.person.name.full(),
                        number: row.person.number.clone(),
                        membership: row.membership.clone(),
                    });
                }
            })
            .await?;
            let administrators = usable_administrators(&state, tx, organisation).await.map_err(plain)?;
            let actor = current.actor(state.now()).ok_or(AppError::new(ProblemCode::NotFound))?;
            Ok(judge(&actor, &administrators, &file, hits))
        })
    })
    .await
}

/// A read keeps nothing.
fn plain(halt: Halt) -> AppError {
    match halt {
        Halt::Undo(error) | Halt::Keep(error) => error,
    }
}

fn judge(
    actor: &Actor<'_>,
    administrators: &[Membership],
    file: &LeaversFile,
    mut hits: HashMap<usize, Vec<Found>>,
) -> Leaving {
    let mut leaving = Leaving { found: Vec::new(), problems: file.problems.clone() };
    let mut taken: HashMap<MembershipId, usize> = HashMap::new();
    for row in file.rows() {
        let hit = hits.remove(&row).unwrap_or_default();
        let wrong = match hit.as_slice() {
            [] => Some(Wrong::Unknown),
            [one] => match taken.get(&one.membership.id) {
                Some(first) => Some(Wrong::SameAs(*first)),
                None => refusal(actor, &one.membership, |id| {
                    administrators.iter().any(|other| other.id != id && !taken.contains_key(&other.id))
                }),
            },
            several => Some(Wrong::Several(several.len())),
        };
        match wrong {
            Some(wrong) => leaving.problems.push(RowProblem { row, column: None, wrong }),
            None => {
                taken.extend(hit.iter().map(|one| (one.membership.id, row)));
                leaving.found.extend(hit);
            }
        }
    }
    leaving.problems.sort_by_key(|problem| problem.row);
    leaving
}

/// Why somebody may not be unlinked. `others`: whether somebody else is left who administers, after those before in the file.
fn refusal(actor: &Actor<'_>, membership: &Membership, others: impl Fn(MembershipId) -> bool) -> Option<Wrong> {
    if membership.person == actor.person {
        return Some(Wrong::Oneself);
    }
    let last_administrator = membership.has(Role::Administrator) && !others(membership.id);
    let change = Change::Member { membership: membership.id, change: MemberChange::Unlink };
    match actor.may_change(&change, Some(Target { membership, last_administrator })) {
        Ok(()) => None,
        Err(Refusal::LastAdministrator) => Some(Wrong::LastAdministrator),
        Err(Refusal::Oneself) => Some(Wrong::Oneself),
        Err(Refusal::Role | Refusal::Unseen) => Some(Wrong::HasRole),
    }
}

/// How these colleagues are called, in this order; who is not of this organisation is left out.
pub async fn named(
    app: &AppState,
    organisation: OrganisationId,
    ids: Vec<MembershipId>,
) -> Result<Vec<Found>, AppError> {
    app.read(move |tx| {
        Box::pin(async move {
            let mut found = Vec::new();
            for id in ids {
                let Some(membership) = tx.membership(id).await?.filter(|one| one.organisation == organisation) else {
                    continue;
                };
                if let Some(person) = tx.person(membership.person).await? {
                    found.push(Found { membership, name: person.name.full(), number: person.number });
                }
            }
            Ok(found)
        })
    })
    .await
}

/// The list as a file, a line for each row after `head`. It is read in one transaction, some rows at a time, so that nobody
/// is in it twice or missing; only the text stays. Before anybody gets it, the log and the administrators know.
pub async fn export(
    app: &AppState,
    caller: &Caller,
    current: &Current,
    query: PeopleQuery,
    head: String,
    line: impl Fn(&PersonRow) -> String + Send + Sync + 'static,
) -> Result<String, AppError> {
    let organisation = query.organisation;
    let person = current.person.clone().ok_or(AppError::new(ProblemCode::NotFound))?;
    let (text, rows) = app
        .read(move |tx| {
            Box::pin(async move {
                let (mut text, mut rows) = (head, 0_usize);
                each(tx, query, |row| {
                    text += &line(&row);
                    rows += 1;
                })
                .await?;
                Ok::<_, AppError>((text, rows))
            })
        })
        .await?;
    let entry = journal::entry(app, caller, Event::PersonExported).by(person.id, current.identity_id());
    let entry = entry.within(organisation).detail(rows);
    let (state, who) = (app.clone(), caller.clone());
    app.write(move |tx| {
        Box::pin(async move {
            entry.write(tx).await?;
            let rows = rows.to_string();
            let letter = Letter::new(MailKind::PeopleExported).person(&person).detail(&rows);
            mail::to_administrators(&state, &who, tx, organisation, letter).await
        })
    })
    .await?;
    Ok(text)
}
