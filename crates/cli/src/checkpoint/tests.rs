use super::*;

fn log(folder: &std::path::Path, seed: u8) -> LogKey {
    LogKey::new(CheckpointKey::from_seed(&[seed; 32]).unwrap(), origin("test"), folder.join("log-checkpoint"))
}

#[test]
fn what_was_sealed_is_remembered_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = ([1; 32], [2; 32]);
    let key = log(folder.path(), 1);
    assert_eq!(key.may_grow(0, &first), Ok(()));
    key.sealed(&key.sign_checkpoint(7, &first).unwrap());
    for key in [key, log(folder.path(), 1)] {
        assert_eq!(key.may_grow(7, &first), Ok(()));
        assert_eq!(key.may_grow(8, &second), Ok(()), "another node");
        assert!(key.may_grow(7, &second).is_err());
        assert!(key.may_grow(6, &first).unwrap_err().contains("log-checkpoint"));
    }
    // A note of another key is not believed.
    assert_eq!(log(folder.path(), 2).may_grow(0, &first), Ok(()));
}
