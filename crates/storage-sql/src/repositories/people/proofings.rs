//! How people were identified: with a card, or face to face.

use super::super::Result;
use crate::{row::Row, transaction::SqlTx, value::values};
use domain::{
    Timestamp,
    document::DocumentKind,
    ids::uuid_v7,
    organisation::OrganisationId,
    person::{CardProofing, FaceToFaceProofing, PersonId, ProofingPurpose, ShownDocument},
};

pub(super) async fn insert_card(tx: &mut SqlTx<'_>, new: &CardProofing) -> Result<()> {
    let sql = "INSERT INTO card_proofings (id, person, organisation, certificate, evidence, confirmation, \
               terms_version, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let id = uuid_v7(new.at, &*tx.context.entropy);
    let values = values![
        id,
        new.person,
        new.organisation,
        &new.certificate,
        &new.evidence,
        &new.confirmation,
        &new.terms_version,
        new.at
    ];
    tx.insert("this proofing", sql, values).await
}

fn card(row: &mut Row) -> Result<CardProofing> {
    Ok(CardProofing {
        person: row.id(PersonId)?,
        organisation: row.id(OrganisationId)?,
        certificate: row.bytes()?,
        evidence: row.text()?,
        confirmation: row.text()?,
        terms_version: row.text()?,
        at: row.time()?,
    })
}

pub(super) async fn cards_of(tx: &mut SqlTx<'_>, person: PersonId) -> Result<Vec<CardProofing>> {
    let sql = "SELECT person, organisation, certificate, evidence, confirmation, terms_version, at FROM card_proofings \
               WHERE person = $1 ORDER BY at DESC, id DESC";
    tx.rows(sql, values![person]).await?.iter_mut().map(card).collect()
}

pub(super) async fn insert_face_to_face(tx: &mut SqlTx<'_>, new: &FaceToFaceProofing) -> Result<()> {
    let sql = "INSERT INTO face_to_face_proofings (id, person, organisation, document, number_sealed, expires_on, purpose, \
               checked_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let id = uuid_v7(new.at, &*tx.context.entropy);
    let values = values![
        id,
        new.person,
        new.organisation,
        new.document.kind.as_str(),
        &new.document.number_sealed,
        &new.document.expires_on,
        new.purpose.as_str(),
        new.by,
        new.at
    ];
    tx.insert("this proofing", sql, values).await
}

fn face_to_face(row: &mut Row) -> Result<FaceToFaceProofing> {
    Ok(FaceToFaceProofing {
        person: row.id(PersonId)?,
        organisation: row.id_opt(OrganisationId)?,
        document: ShownDocument {
            kind: row.word(DocumentKind::parse)?,
            number_sealed: row.text()?,
            expires_on: row.text()?,
        },
        purpose: row.word(ProofingPurpose::parse)?,
        by: row.id(PersonId)?,
        at: row.time()?,
    })
}

/// The numbers of documents of those who ended before: nobody else's. A registration that was merged into another one
/// (`merged_into`) is that other person's.
pub(super) async fn forget_numbers(tx: &mut SqlTx<'_>, before: Timestamp, limit: u32) -> Result<u64> {
    let sql = "UPDATE face_to_face_proofings SET number_sealed = '' WHERE id IN (SELECT f.id \
               FROM face_to_face_proofings f JOIN people p ON p.id = f.person \
               WHERE f.number_sealed <> '' AND f.at < $1 \
               AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person IN (p.id, p.merged_into) \
                   AND (m.status <> 'ended' OR COALESCE(m.ends_at, m.created_at) >= $1)) \
               AND NOT EXISTS (SELECT 1 FROM offices o WHERE o.person IN (p.id, p.merged_into) \
                   AND (o.ended_at IS NULL OR o.ended_at >= $1)) \
               ORDER BY f.at, f.id LIMIT $2)";
    tx.execute(sql, values![before, limit]).await
}

pub(super) async fn face_to_face_of(tx: &mut SqlTx<'_>, person: PersonId) -> Result<Vec<FaceToFaceProofing>> {
    let sql = "SELECT person, organisation, document, number_sealed, expires_on, purpose, checked_by, at \
               FROM face_to_face_proofings WHERE person = $1 ORDER BY at DESC, id DESC";
    tx.rows(sql, values![person]).await?.iter_mut().map(face_to_face).collect()
}
