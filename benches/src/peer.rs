//! Tantivy (<https://github.com/quickwit-oss/tantivy>) over the same documents, as a peer of the search.

use std::path::Path;

use presta_model::Project;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, IndexReader, Order, TantivyDocument, Term, doc};

const FOLDED: &str = "folded";
const SHOWN: usize = 50;
const MEMORY: usize = 256_000_000;

/// An index that is not encrypted.
#[expect(missing_debug_implementations, reason = "Tantivy's reader has none")]
pub struct Peer {
    reader: IndexReader,
    text: Field,
    data: Field,
}

impl Peer {
    /// Indexes `documents` in `folder`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(folder: &Path, documents: impl Iterator<Item = Project>) -> anyhow::Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(FOLDED)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let data = schema.add_text_field("data", STORED);
        let posted = schema.add_i64_field("posted", FAST);
        let index = Index::create_in_dir(folder, schema.build())?;
        let folded =
            TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build();
        index.tokenizers().register(FOLDED, folded);
        let mut writer = index.writer(MEMORY)?;
        for it in documents {
            writer.add_document(doc!(
                text => format!("{} {} {} {}", it.title, it.description, it.skills.join(" "), it.client.display_name),
                data => serde_json::to_string(&it)?,
                posted => it.posted_at.as_second(),
            ))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { reader: index.reader()?, text, data })
    }

    /// The newest fifty with words that begin so.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn newest(&self, query: &str) -> anyhow::Result<usize> {
        let query = self.query(query, |term| Box::new(FuzzyTermQuery::new_prefix(term, 0, true)));
        let top = TopDocs::with_limit(SHOWN).order_by_fast_field::<i64>("posted", Order::Desc);
        let found = self.reader.searcher().search(&query, &top)?;
        self.texts(found.into_iter().map(|(_, address)| address))
    }

    /// The best fifty with these words, whole, by BM25: Tantivy gives beginnings no score.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn ranked(&self, query: &str) -> anyhow::Result<usize> {
        let query = self.query(query, |term| Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
        let found = self.reader.searcher().search(&query, &TopDocs::with_limit(SHOWN).order_by_score())?;
        self.texts(found.into_iter().map(|(_, address)| address))
    }

    fn query(&self, query: &str, each: impl Fn(Term) -> Box<dyn Query>) -> BooleanQuery {
        let words = query.split(' ').map(presta_model::fold);
        BooleanQuery::intersection(words.map(|word| each(Term::from_field_text(self.text, &word))).collect())
    }

    fn texts(&self, found: impl Iterator<Item = tantivy::DocAddress>) -> anyhow::Result<usize> {
        let searcher = self.reader.searcher();
        let mut count = 0;
        for address in found {
            let document: TantivyDocument = searcher.doc(address)?;
            let data = document.get_first(self.data).and_then(|value| value.as_str()).unwrap_or_default();
            let _: Project = serde_json::from_str(data)?;
            count += 1;
        }
        Ok(count)
    }
}
