//! The Merkle tree of RFC 9162, section 2.1: one hash, the root, stands for a whole list of leaves,
//! and some twenty hashes show that one leaf among millions is in it, without showing the others.
//!
//! `leaf = SHA-256(0x00 ‖ data)`, `node = SHA-256(0x01 ‖ left ‖ right)`. A list that is no power of
//! two is cut at the largest power of two below its length. Leaves are counted from 0; positions are
//! `i64` like the sequences they stand for.

use aws_lc_rs::digest::{Context, SHA256};

use crate::error::Result;
use crate::ledger::chain::Hash;

/// Gives the hash of the leaves from one position up to, not including, another where it is known.
/// A single leaf must be.
pub(super) type Known<'a> = &'a mut dyn FnMut(i64, i64) -> Result<Option<Hash>>;

fn hash(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The hash of one leaf.
pub(super) fn leaf_hash(data: &[u8]) -> Hash {
    hash(&[&[0], data])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

/// Where a list of this many leaves, two or more, is cut: the largest power of two below its length.
fn cut(leaves: i64) -> i64 {
    1 << (63 - (leaves - 1).leading_zeros())
}

/// The root over the leaves from one position up to, not including, another.
pub(super) fn root(known: Known<'_>, from: i64, to: i64) -> Result<Hash> {
    if let Some(found) = known(from, to)? {
        return Ok(found);
    }
    let middle = from + cut(to - from);
    Ok(node_hash(&root(known, from, middle)?, &root(known, middle, to)?))
}

/// What shows that the leaf at this index is among those from one position up to another: the roots
/// beside its way, from the leaf upwards.
pub(super) fn path(known: Known<'_>, index: i64, from: i64, to: i64) -> Result<Vec<Hash>> {
    if to - from < 2 {
        return Ok(Vec::new());
    }
    let middle = from + cut(to - from);
    let (mut path, beside) = if index < middle {
        (path(known, index, from, middle)?, root(known, middle, to)?)
    } else {
        (path(known, index, middle, to)?, root(known, from, middle)?)
    };
    path.push(beside);
    Ok(path)
}

/// The root to which a leaf and its path lead (RFC 9162, 2.1.3.2); `None` where the path cannot be
/// one of this leaf in a tree of this size.
pub(super) fn root_of_path(leaf: Hash, index: i64, size: i64, path: &[Hash]) -> Option<Hash> {
    if !(0..size).contains(&index) {
        return None;
    }
    let (mut here, mut last, mut root) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if here & 1 == 1 || here == last {
            root = node_hash(beside, &root);
            while here & 1 == 0 && here != 0 {
                here >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, beside);
        }
        here >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// The right edge of a tree that grows leaf by leaf: all that its root is made of.
#[derive(Debug, Default)]
pub struct Edge(Vec<(i64, Hash)>);

impl Edge {
    /// Adds a leaf. `completed` hears of every subtree that is whole by it: its leaves and its root.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(i64, &Hash)) {
        let (mut leaves, mut root) = (1, leaf);
        while let Some((_, left)) = self.0.pop_if(|(size, _)| *size == leaves) {
            root = node_hash(&left, &root);
            leaves *= 2;
            completed(leaves, &root);
        }
        self.0.push((leaves, root));
    }

    /// The root over all leaves so far; that of no leaf is the hash of nothing.
    pub fn root(&self) -> Hash {
        self.0
            .iter()
            .rev()
            .map(|part| part.1)
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| hash(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::hex;

    /// The leaves and roots with which Certificate Transparency's implementations are tested.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
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

    fn of(leaves: &[Hash]) -> impl FnMut(i64, i64) -> Result<Option<Hash>> {
        |from, to| Ok((to - from == 1).then(|| leaves[usize::try_from(from).unwrap()]))
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|data| leaf_hash(data)).collect();
        let mut edge = Edge::default();
        assert_eq!(hex(&edge.root()), ROOTS[0]);
        for (number, expected) in ROOTS.iter().enumerate().skip(1) {
            let size = i64::try_from(number).unwrap();
            assert_eq!(hex(&root(&mut of(&leaves), 0, size).unwrap()), *expected);
            edge.push(leaves[number - 1], |_, _| ());
            assert_eq!(hex(&edge.root()), *expected);
        }
    }

    /// The published inclusion proofs: leaf (counted from 0), size, path.
    #[test]
    fn paths_are_those_of_certificate_transparency() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|data| leaf_hash(data)).collect();
        let vectors: [(i64, i64, &[&str]); 4] = [
            (0, 1, &[]),
            (
                0,
                8,
                &[
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                5,
                8,
                &[
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        ];
        for (index, size, expected) in vectors {
            let found = path(&mut of(&leaves), index, 0, size).unwrap();
            assert_eq!(found.iter().map(|hash| hex(hash)).collect::<Vec<_>>(), expected, "leaf {index} of {size}");
        }
    }

    /// Every leaf of every tree up to 70 leaves: its path leads to the root, and no other leaf,
    /// index, size, shortened, lengthened or altered path does.
    #[test]
    fn a_path_shows_its_leaf_and_no_other() {
        let leaves: Vec<Hash> = (0..70_u8).map(|number| leaf_hash(&[number])).collect();
        for size in 1..=70 {
            let expected = root(&mut of(&leaves), 0, size).unwrap();
            for index in 0..size {
                let leaf = leaves[usize::try_from(index).unwrap()];
                let path = path(&mut of(&leaves), index, 0, size).unwrap();
                let leads = |leaf, index, size, path: &[Hash]| root_of_path(leaf, index, size, path) == Some(expected);
                assert!(leads(leaf, index, size, &path));
                assert!(!leads(leaf_hash(b"other"), index, size, &path));
                assert!((0..80).filter(|other| leads(leaf, *other, size, &path)).eq([index]));
                assert!(!leads(leaf, index, size, &[path.as_slice(), &[leaf]].concat()));
                for place in 0..path.len() {
                    assert!(!leads(leaf, index, size, &path[..place]));
                    let mut altered = path.clone();
                    altered[place][0] ^= 1;
                    assert!(!leads(leaf, index, size, &altered));
                }
            }
        }
    }
}
