use super::*;

/// The leaves of the reference test of certificate-transparency (RFC 6962).
fn reference() -> Vec<Hash> {
    let inputs: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    inputs.iter().map(|input| leaf_hash(&hex::decode(input).unwrap())).collect()
}

#[test]
fn roots_are_those_of_the_reference() {
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves = reference();
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(hex::encode(root_of(&leaves[..size])), *root, "{size}");
    }
}

#[test]
fn consistency_proofs_are_those_of_the_reference() {
    let proof =
        |old, new: usize| consistency_proof(&reference()[..new], old).iter().map(hex::encode).collect::<Vec<_>>();
    assert!(proof(1, 1).is_empty());
    assert_eq!(
        proof(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        proof(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        proof(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
}

/// The definition of RFC 6962 §2.1, word for word.
fn definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            node_hash(&definition(&leaves[..split]), &definition(&leaves[split..]))
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

#[test]
fn the_frontier_grows_to_the_defined_root() {
    let leaves = leaves(130);
    let mut frontier = Frontier::default();
    for (count, leaf) in leaves.iter().enumerate() {
        assert_eq!(frontier.root(), definition(&leaves[..count]));
        frontier.append(*leaf);
        frontier = Frontier::restore(frontier.size(), frontier.roots().to_vec()).unwrap();
    }
    assert_eq!(Frontier::restore(3, vec![[0; 32]]), None);
    assert_eq!(Frontier::restore(0, vec![]), Some(Frontier::default()));
}

/// Every pair of sizes: the right proof convinces, every wrong root, size or bent proof does not.
#[test]
fn consistency_is_proved_and_nothing_else() {
    const MOST: usize = 40;
    let leaves = leaves(MOST);
    let roots: Vec<_> = (0..=MOST).map(|size| root_of(&leaves[..size])).collect();
    for new in 0..=MOST {
        for old in 0..=new {
            let proof = consistency_proof(&leaves[..new], old);
            let check = |old: usize, old_root, new: usize, new_root, proof: &[Hash]| {
                is_consistent(old as u64, old_root, new as u64, new_root, proof)
            };
            assert!(check(old, &roots[old], new, &roots[new], &proof), "{old} in {new}");
            let other = [0xFF; 32];
            assert!(!check(old, &other, new, &roots[new], &proof), "{old} in {new}");
            if old > 0 {
                assert!(!check(old, &roots[old], new, &other, &proof), "{old} in {new}");
            }
            let mut longer = proof.clone();
            longer.push(other);
            assert!(!check(old, &roots[old], new, &roots[new], &longer), "{old} in {new}");
            for place in 0..proof.len() {
                let mut bent = proof.clone();
                bent[place][0] ^= 1;
                assert!(!check(old, &roots[old], new, &roots[new], &bent), "{old} in {new}");
                bent.truncate(place);
                assert!(!check(old, &roots[old], new, &roots[new], &bent), "{old} in {new}");
            }
        }
        assert!(!is_consistent(new as u64 + 1, &roots[new], new as u64, &roots[new], &[]));
    }
}
