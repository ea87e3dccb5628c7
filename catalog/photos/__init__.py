"""Product photos from places that are not trusted: uploads, addresses in import files, ZIP archives.

Wherever a photo came from, it is decoded in a confined child process and encoded again (`cleaning`, `sandbox`,
`decoding`), so that nothing of the file that came in is ever served. `fetching` gets files from the network without
being led to private addresses (`addresses`, `network`), and `archive` reads ZIP files without being blown up. On top,
`services` puts photos on products, `wanting` fetches them in the background, and `archive_services` takes those of an
archive to the products that their names say (`naming`).
"""
