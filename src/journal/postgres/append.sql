-- One statement, hence all or nothing in one round trip: only the writer of this epoch, behind this very head.
WITH fence AS (
  UPDATE bianzhi.writer SET records = $5, hash = $6
  WHERE stream = $1 AND epoch = $2 AND records = $3 AND hash = $4
  RETURNING stream
), began AS (
  INSERT INTO bianzhi.stream (stream, format, algorithm, charter_digest, charter)
  SELECT fence.stream, b.format, b.algorithm, b.charter_digest, b.charter
  FROM fence CROSS JOIN
    UNNEST($7::INT8[], $8::TEXT[], $9::TEXT[], $10::TEXT[]) AS b (format, algorithm, charter_digest, charter)
), decided_by AS (
  INSERT INTO bianzhi.policy_file (stream, digest, path, content)
  SELECT fence.stream, p.digest, p.path, p.content
  FROM fence CROSS JOIN UNNEST($11::TEXT[], $12::TEXT[], $13::BYTEA[]) AS p (digest, path, content)
  ON CONFLICT (stream, digest, path) DO NOTHING
), named AS (
  INSERT INTO bianzhi.person (stream, reference, salt, key)
  SELECT fence.stream, p.reference, p.salt, p.key
  FROM fence CROSS JOIN UNNEST($18::TEXT[], $19::BYTEA[], $20::TEXT[]) AS p (reference, salt, key)
), added AS (
  INSERT INTO bianzhi.entry (stream, seq, request_id, body, hash)
  SELECT fence.stream, e.seq, e.request_id, e.body, e.hash
  FROM fence CROSS JOIN
    UNNEST($14::INT8[], $15::TEXT[], $16::TEXT[], $17::TEXT[]) AS e (seq, request_id, body, hash)
)
SELECT stream FROM fence
