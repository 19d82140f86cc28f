//! The Merkle tree of RFC 6962 §2.1 (SHA-256), as a compact range that grows by appending, plus consistency proofs.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The roots of the perfect subtrees of the first `size` leaves, largest first: enough to append and to get the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Restores a stored frontier; `None` when the number of roots does not fit the size.
    pub fn restore(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (u32::try_from(roots.len()).ok()? == size.count_ones()).then_some(Self { size, roots })
    }
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }
    /// The roots of the perfect subtrees, largest first: the stored form.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }
    /// Appends a leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }
    /// The tree's root; SHA-256 of nothing for an empty tree.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// MTH of a list of leaf hashes (RFC 6962 §2.1).
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    frontier.root()
}

/// Consistency proof between the first `old` leaves and all of `leaves` (RFC 6962 §2.1.2). Empty when `old` is 0 or all.
pub fn consistency_proof(leaves: &[Hash], old: usize) -> Vec<Hash> {
    fn subproof(leaves: &[Hash], old: usize, complete: bool, proof: &mut Vec<Hash>) {
        if old == leaves.len() {
            if !complete {
                proof.push(root_of(leaves));
            }
            return;
        }
        let split = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(split);
        if old <= split {
            subproof(left, old, complete, proof);
            proof.push(root_of(right));
        } else {
            subproof(right, old - split, false, proof);
            proof.push(root_of(left));
        }
    }
    let mut proof = Vec::new();
    if old > 0 && old < leaves.len() {
        subproof(leaves, old, true, &mut proof);
    }
    proof
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2): the tree of `new_size` leaves begins with the tree of `old_size`.
pub fn is_consistent(old_size: u64, old_root: &Hash, new_size: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old_size == 0 || old_size >= new_size {
        let empty: Hash = Sha256::digest([]).into();
        let same = if old_size == 0 { *old_root == empty } else { old_size == new_size && old_root == new_root };
        return same && proof.is_empty();
    }
    // The old root itself begins the path when the old tree is perfect.
    let mut path = old_size.is_power_of_two().then_some(*old_root).into_iter().chain(proof.iter().copied());
    let Some(first) = path.next() else { return false };
    let (mut old, mut new) = (first, first);
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    let odd = at.trailing_ones();
    at >>= odd;
    last >>= odd;
    for hash in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node_hash(&hash, &old);
            new = node_hash(&hash, &new);
            if at & 1 == 0 {
                let even = at.trailing_zeros().min(63);
                at >>= even;
                last >>= even;
            }
        } else {
            new = node_hash(&new, &hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *old_root && new == *new_root
}

#[cfg(test)]
mod tests;
