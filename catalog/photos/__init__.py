"""Product photos from places that are not trusted: uploads, addresses in import files, ZIP archives.

Whatever a photo came from, it is decoded in a confined child process and encoded again (`cleaning`), so that nothing of
the file that came in is ever served. `fetching` gets files from the network without being led to private addresses,
`archive` reads ZIP files without being blown up, `services` puts photos on products, `queue` fetches them in the
background. Django-free: `kinds`, `likeness`, `decoding`, `sandbox`, `addresses`, `naming`.
"""
