use super::*;
use crate::{
    cert::CertificateRead,
    keys::{Credential, Signer, SoftKey},
    mobile::verify_identity_chain,
    setup::{self, CaInfo},
    testing::{OsChance, StandingClock, present},
};
use der::Decode;
use domain::{Clock, Environment};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};
use x509_cert::{Certificate, crl::CertificateList, ext::pkix::CrlReason};

/// What the database would say.
#[derive(Clone, Default)]
struct Books(Arc<Mutex<State>>);
#[derive(Default)]
struct State {
    open: HashMap<RequestId, MobileSubject>,
    orders: HashMap<CertificateOrderId, Renewal>,
    revoked: Vec<Revoked>,
    registered: bool,
    broken: bool,
}

#[async_trait::async_trait]
impl Register for Books {
    async fn enrolment(&self, id: RequestId, _: Timestamp) -> Result<Option<MobileSubject>, String> {
        let state = self.0.lock().unwrap();
        if state.broken { Err("no database".into()) } else { Ok(state.open.get(&id).cloned()) }
    }
    async fn reissue(&self, order: CertificateOrderId, _: Timestamp) -> Result<Option<Renewal>, String> {
        let state = self.0.lock().unwrap();
        if state.broken { Err("no database".into()) } else { Ok(state.orders.get(&order).cloned()) }
    }
    async fn revocations(&self, _: Timestamp) -> Result<Vec<Revoked>, String> {
        Ok(self.0.lock().unwrap().revoked.clone())
    }
    async fn status(&self, serial: &[u8]) -> Result<CertificateStatus, String> {
        let state = self.0.lock().unwrap();
        let revoked = state.revoked.iter().find(|one| one.serial == serial);
        Ok(match revoked {
            Some(one) => CertificateStatus::Revoked { at: one.at, reason: one.reason },
            None if state.registered => CertificateStatus::Good,
            None => CertificateStatus::Unknown,
        })
    }
}

struct Bench {
    folder: tempfile::TempDir,
    books: Books,
    clock: Arc<StandingClock>,
    root: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(StandingClock::at(present()));
        let info = CaInfo { environment: Environment::Acceptatie, public_url: "http://localhost:8080".into() };
        setup::init(folder.path(), &info, &credential(), clock.as_ref(), &OsChance).unwrap();
        let root = setup::root(folder.path()).unwrap();
        Self { folder, books: Books::default(), clock, root }
    }
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
    fn service(&self) -> CaService<Books> {
        let (ca, ocsp) = setup::open_issuing(self.folder.path(), &credential()).unwrap();
        let record = Record::open(&self.path("record.jsonl")).unwrap();
        CaService::new(ca, ocsp, record, self.books.clone(), self.clock.clone(), Arc::new(OsChance))
    }
    fn enrolment(&self) -> RequestId {
        let id = RequestId::new(present(), &OsChance);
        let subject = MobileSubject {
            common_name: "Jan Test:123456789".into(),
            given_name: "Jan".into(),
            surname: "Test".into(),
            serial_number: "123456789".into(),
        };
        self.books.0.lock().unwrap().open.insert(id, subject);
        id
    }
}

fn credential() -> Credential {
    Credential::parse(&"5a".repeat(32)).unwrap()
}
fn identity() -> IdentityId {
    IdentityId::new(present(), &OsChance)
}
fn key() -> Vec<u8> {
    SoftKey::generate(&OsChance).unwrap().public_key().to_vec()
}
fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).unwrap().lines().count()
}

#[tokio::test]
async fn one_certificate_per_enrolment_over_restarts() {
    let bench = Bench::new();
    let (enrolment, identity, key_one) = (bench.enrolment(), identity(), key());
    let service = bench.service();
    let chain = service.issue(enrolment, identity, key_one.clone()).await.unwrap();
    assert!(verify_identity_chain(&chain, &bench.root, present()).is_ok());

    // The same again: the same certificate, also by a new process.
    assert_eq!(service.issue(enrolment, identity, key_one.clone()).await.unwrap(), chain);
    drop(service);
    let service = bench.service();
    assert_eq!(service.issue(enrolment, identity, key_one.clone()).await.unwrap(), chain);
    // Another key or another identity: none.
    assert_eq!(service.issue(enrolment, identity, key()).await, Err(IssueError::OtherKey));
    assert_eq!(service.issue(enrolment, self::identity(), key_one).await, Err(IssueError::OtherKey));
    assert_eq!(lines(&bench.path("record.jsonl")), 1);
}

#[tokio::test]
async fn nothing_is_issued_without_an_enrolment_or_a_database() {
    let bench = Bench::new();
    let service = bench.service();
    let stranger = RequestId::new(present(), &OsChance);
    assert_eq!(service.issue(stranger, identity(), key()).await, Err(IssueError::NoEnrolment));
    let enrolment = bench.enrolment();
    assert!(matches!(service.issue(enrolment, identity(), vec![1, 2, 3]).await, Err(IssueError::Key(_))));
    bench.books.0.lock().unwrap().broken = true;
    assert!(matches!(service.issue(enrolment, identity(), key()).await, Err(IssueError::Unavailable(_))));
    // A failure reserves nothing.
    bench.books.0.lock().unwrap().broken = false;
    assert!(service.issue(enrolment, identity(), key()).await.is_ok());
    assert_eq!(lines(&bench.path("record.jsonl")), 1);
}

/// The point in a SubjectPublicKeyInfo that we made.
fn point(spki: &[u8]) -> Vec<u8> {
    spki[spki.len() - 65..].to_vec()
}

#[tokio::test]
async fn an_order_gives_a_new_certificate_on_the_same_key() {
    let bench = Bench::new();
    let service = bench.service();
    let (enrolment, identity, spki) = (bench.enrolment(), identity(), key());
    let first = service.issue(enrolment, identity, spki.clone()).await.unwrap();
    let not_after = Certificate::from_der(&first[0]).unwrap().not_after();
    let mut subject = bench.books.0.lock().unwrap().open[&enrolment].clone();
    subject.surname = "Jansen".into();
    let order = CertificateOrderId::new(present(), &OsChance);
    let renewal = Renewal { subject, identity, public_key: point(&spki), not_after };
    bench.books.0.lock().unwrap().orders.insert(order, renewal.clone());
    bench.clock.advance(3600);
    let second = service.reissue(order).await.unwrap();
    assert!(verify_identity_chain(&second, &bench.root, bench.clock.now()).is_ok());
    let [old, new] = [&first, &second].map(|chain| Certificate::from_der(&chain[0]).unwrap());
    let key_of = |certificate: &Certificate| certificate.tbs_certificate.subject_public_key_info.clone();
    assert_eq!(key_of(&old), key_of(&new));
    assert_ne!(old.serial(), new.serial());
    assert!(new.tbs_certificate.subject.to_string().contains("Jansen"));
    assert_eq!(new.not_after(), not_after, "a correction makes nothing valid longer");

    // Again, also by a new process and with another name by now: the same certificate.
    assert_eq!(service.reissue(order).await.unwrap(), second);
    bench.books.0.lock().unwrap().orders.get_mut(&order).unwrap().subject.surname = "Bakker".into();
    drop(service);
    let service = bench.service();
    assert_eq!(service.reissue(order).await.unwrap(), second);
    // What was issued for one identity and key never goes to another.
    for other in
        [Renewal { identity: self::identity(), ..renewal.clone() }, Renewal { public_key: point(&key()), ..renewal }]
    {
        bench.books.0.lock().unwrap().orders.insert(order, other);
        assert_eq!(service.reissue(order).await, Err(IssueError::OtherKey));
    }
    assert_eq!(lines(&bench.path("record.jsonl")), 2);
}

#[tokio::test]
async fn nothing_is_issued_without_an_open_order() {
    let bench = Bench::new();
    let service = bench.service();
    let enrolment = bench.enrolment();
    service.issue(enrolment, identity(), key()).await.unwrap();
    // One that does not exist, an enrolment, one that was closed after its certificate.
    let order = CertificateOrderId::new(present(), &OsChance);
    assert_eq!(service.reissue(order).await, Err(IssueError::NoOrder));
    assert_eq!(service.reissue(CertificateOrderId(enrolment.0)).await, Err(IssueError::NoOrder));
    let subject = bench.books.0.lock().unwrap().open[&enrolment].clone();
    let not_after = present().plus_seconds(24 * 3600);
    let renewal = Renewal { subject, identity: identity(), public_key: point(&key()), not_after };
    bench.books.0.lock().unwrap().orders.insert(order, renewal.clone());
    bench.books.0.lock().unwrap().broken = true;
    assert!(matches!(service.reissue(order).await, Err(IssueError::Unavailable(_))));
    bench.books.0.lock().unwrap().broken = false;
    service.reissue(order).await.unwrap();
    bench.books.0.lock().unwrap().orders.clear();
    assert_eq!(service.reissue(order).await, Err(IssueError::NoOrder));
    // A key that is none.
    let other = CertificateOrderId::new(present(), &OsChance);
    let broken = Renewal { public_key: vec![4; 65], ..renewal };
    bench.books.0.lock().unwrap().orders.insert(other, broken);
    assert!(matches!(service.reissue(other).await, Err(IssueError::Key(_))));
}

#[tokio::test]
async fn an_enrolment_whose_caller_went_away_is_used_all_the_same() {
    let bench = Bench::new();
    let service = bench.service();
    let (enrolment, identity, key_one) = (bench.enrolment(), identity(), key());
    {
        let issuing = service.issue(enrolment, identity, key_one.clone());
        // Asked once, so that it waits for the disk, then dropped.
        tokio::select! { biased; _ = issuing => panic!("without waiting"), () = std::future::ready(()) => {} }
    }
    let second = loop {
        match service.issue(enrolment, identity, key()).await {
            Err(IssueError::Unavailable(_)) => tokio::task::yield_now().await,
            outcome => break outcome,
        }
    };
    assert_eq!(second, Err(IssueError::OtherKey));
    assert!(service.issue(enrolment, identity, key_one).await.is_ok());
    assert_eq!(lines(&bench.path("record.jsonl")), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_are_each_recorded_once() {
    let bench = Bench::new();
    let service = Arc::new(bench.service());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let enrolment = bench.enrolment();
        for _ in 0..3 {
            // Three phones for each enrolment: one gets it.
            let service = service.clone();
            tasks.spawn(async move { (enrolment, service.issue(enrolment, identity(), key()).await) });
        }
    }
    let mut granted = HashMap::<RequestId, u32>::new();
    for (enrolment, outcome) in tasks.join_all().await {
        match outcome {
            Ok(_) => *granted.entry(enrolment).or_default() += 1,
            Err(IssueError::OtherKey | IssueError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(granted.len(), 100);
    assert!(granted.values().all(|count| *count == 1));
    assert_eq!(lines(&bench.path("record.jsonl")), 100);
    drop(service);
    assert_eq!(Record::open(&bench.path("record.jsonl")).unwrap().len(), 100);
}

#[tokio::test]
async fn a_record_cut_off_by_a_crash_is_mended_and_a_damaged_one_refused() {
    let bench = Bench::new();
    let path = bench.path("record.jsonl");
    let service = bench.service();
    let (enrolment, identity, key_one) = (bench.enrolment(), identity(), key());
    let chain = service.issue(enrolment, identity, key_one.clone()).await.unwrap();
    drop(service);
    let whole = std::fs::read(&path).unwrap();

    let cut = [whole.clone(), whole[..whole.len() / 2].to_vec()].concat();
    std::fs::write(&path, cut).unwrap();
    let service = bench.service();
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    assert_eq!(service.issue(enrolment, identity, key_one).await.unwrap(), chain);
    // What comes after stands on a line of its own.
    service.issue(bench.enrolment(), self::identity(), key()).await.unwrap();
    assert_eq!(Record::open(&path).unwrap().len(), 2);
    drop(service);

    std::fs::write(&path, [b"{\n".to_vec(), whole].concat()).unwrap();
    assert!(matches!(Record::open(&path), Err(RecordError::Damaged(1))));
}

#[tokio::test]
async fn the_crl_is_made_anew_every_hour_and_with_every_revocation() {
    let bench = Bench::new();
    let service = bench.service();
    let read = |der: &[u8]| CertificateList::from_der(der).unwrap().tbs_cert_list;
    let first = service.crl().await.unwrap();
    assert_eq!(service.crl().await.unwrap(), first);
    assert!(read(&first).revoked_certificates.is_none());

    let serial = vec![0x80, 1, 2];
    let revoked = Revoked { serial: serial.clone(), at: present(), reason: CrlReason::Superseded };
    bench.books.0.lock().unwrap().revoked.push(revoked);
    let second = service.crl().await.unwrap();
    assert_eq!(read(&second).revoked_certificates.unwrap().len(), 1);
    assert!(number(&second) > number(&first), "also within one second");

    bench.clock.advance(3599);
    assert_eq!(service.crl().await.unwrap(), second);
    bench.clock.advance(1);
    let third = service.crl().await.unwrap();
    assert!(number(&third) > number(&second));
    // Unblocked: off the list again.
    bench.books.0.lock().unwrap().revoked.clear();
    assert!(read(&service.crl().await.unwrap()).revoked_certificates.is_none());
}

fn number(crl: &[u8]) -> u64 {
    use x509_cert::ext::pkix::CrlNumber;
    let read = CertificateList::from_der(crl).unwrap().tbs_cert_list;
    let extensions = read.crl_extensions.unwrap();
    let found = extensions.iter().find(|e| e.extn_id == <CrlNumber as const_oid::AssociatedOid>::OID).unwrap();
    let number = CrlNumber::from_der(found.extn_value.as_bytes()).unwrap();
    number.0.as_bytes().iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[tokio::test]
async fn ocsp_knows_only_what_was_issued_and_registered() {
    use x509_ocsp::{BasicOcspResponse, CertStatus, OcspRequest, OcspResponse, Request, TbsRequest};
    let bench = Bench::new();
    let service = bench.service();
    let chain = service.issue(bench.enrolment(), identity(), key()).await.unwrap();
    let leaf = Certificate::from_der(&chain[0]).unwrap();
    let issuer = Certificate::from_der(&chain[1]).unwrap();
    let ask = |serial: &[u8]| {
        let serial = x509_cert::serial_number::SerialNumber::new(serial).unwrap();
        let one = Request::from_issuer::<sha2::Sha256>(&issuer, serial).unwrap();
        let tbs_request = TbsRequest { request_list: vec![one], ..Default::default() };
        der::Encode::to_der(&OcspRequest { tbs_request, optional_signature: None }).unwrap()
    };
    let status = |answer: Vec<u8>| {
        let bytes = OcspResponse::from_der(&answer).unwrap().response_bytes.unwrap();
        BasicOcspResponse::from_der(bytes.response.as_bytes()).unwrap().tbs_response_data.responses[0].cert_status
    };
    // Issued, but its activation was never finished: unknown.
    let mine = leaf.serial();
    assert!(matches!(status(service.ocsp(ask(&mine)).await.unwrap()), CertStatus::Unknown(_)));
    bench.books.0.lock().unwrap().registered = true;
    assert!(matches!(status(service.ocsp(ask(&mine)).await.unwrap()), CertStatus::Good(_)));
    // Never issued: unknown, whatever the database would say.
    assert!(matches!(status(service.ocsp(ask(&[9; 16])).await.unwrap()), CertStatus::Unknown(_)));
    let revoked = Revoked { serial: mine.clone(), at: present(), reason: CrlReason::CertificateHold };
    bench.books.0.lock().unwrap().revoked.push(revoked);
    assert!(matches!(status(service.ocsp(ask(&mine)).await.unwrap()), CertStatus::Revoked(_)));
}

#[tokio::test]
async fn the_client_speaks_to_the_process_and_finds_it_again() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    // Deeper than a socket's path may be long.
    let deep = bench.path(&"diep/".repeat(30));
    std::fs::create_dir_all(&deep).unwrap();
    let socket = deep.join("ca.sock");
    let client = CaClient::new(&socket);
    assert!(matches!(client.crl().await, Err(IssueError::Unavailable(_))), "nobody is there yet");

    let (enrolment, identity, key_one) = (bench.enrolment(), identity(), key());
    let mut chains = Vec::new();
    for _ in 0..2 {
        let service: Arc<dyn Issuer> = Arc::new(bench.service());
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let at = socket.clone();
        let server = tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            serve(&at, service, || ready.send(()).unwrap(), stop).await
        });
        is_ready.await.unwrap();
        assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
        chains.push(client.issue(enrolment, identity, key_one.clone()).await.unwrap());
        assert_eq!(client.issue(enrolment, identity, key()).await, Err(IssueError::OtherKey));
        let stranger = CertificateOrderId::new(present(), &OsChance);
        assert_eq!(client.reissue(stranger).await, Err(IssueError::NoOrder));
        CertificateList::from_der(&client.crl().await.unwrap()).unwrap();
        assert_eq!(client.ocsp(b"x".to_vec()).await.unwrap(), [0x30, 0x03, 0x0A, 0x01, 0x01]);
        // A second process on the same socket is refused.
        let second = serve(&socket, Arc::new(CaClient::new("/nowhere")), || (), std::future::pending()).await;
        assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
        stop.send(()).unwrap();
        server.await.unwrap().unwrap();
        assert!(!socket.exists());
    }
    assert_eq!(chains[0], chains[1]);
}

#[tokio::test]
async fn odd_messages_end_the_conversation_only() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let bench = Bench::new();
    let socket = bench.path("ca.sock");
    let service: Arc<dyn Issuer> = Arc::new(bench.service());
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let at = socket.clone();
    tokio::spawn(async move { serve(&at, service, || ready.send(()).unwrap(), std::future::pending()).await });
    is_ready.await.unwrap();
    for message in [&b"\xFF\xFF\xFF\xFF"[..], b"\0\0\0\x02{}", b"\0\0\0\x05hallo"] {
        let mut stream = tokio::net::UnixStream::connect(&socket).await.unwrap();
        stream.write_all(message).await.unwrap();
        let mut rest = Vec::new();
        // A reset is as good as an end.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
    assert!(CaClient::new(&socket).crl().await.is_ok());
}
