"""Matching: from what a picture looks like to the products that it shows, with a probability, or to none.

Everything here is pure: numbers and words in, values out; no Django, no database, no picture models. A caller fits a
`MatchingModel` on a catalogue and on unlabelled query pictures (`fitting.fit`), stores its bytes as an index version,
indexes `model.index_photo(signature)`, searches the nearest vectors of `model.project_query(features)`, and hands what
the search found to `matching.match`.
"""
