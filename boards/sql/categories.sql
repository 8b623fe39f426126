-- Grain: source x category. The snapshot a board shows (the last complete one, else the last that loaded rows,
-- else the last) and, beside it, the last of all, so that a newer incomplete one is told as a warning. The usual space
-- between its last thirty observations (their median, where there are three or more) tells when the next one is late.
WITH head AS (
    SELECT
        source, category_id, count(*) AS snapshots, min(observed_on) AS first_on, max(observed_at) AS latest_at,
        coalesce(
            max(observed_at) FILTER (WHERE complete),
            max(observed_at) FILTER (WHERE captured > 0),
            max(observed_at)
        ) AS observed_at,
        list_reverse_sort(list(observed_at))[1:30] AS recent
    FROM snapshot
    GROUP BY source, category_id
)

SELECT
    head.source, head.category_id, head.observed_at, head.snapshots, head.first_on, latest.category_title,
    shown.observed_on, shown.expected, shown.captured, shown.sponsored, shown.quarantined, shown.coverage,
    shown.complete, shown.status, shown.status_reason, shown.simulated, shown.parser_version, shown.band_set,
    head.latest_at, latest.observed_on AS latest_on, latest.status AS latest_status,
    latest.status_reason AS latest_reason, latest.complete AS latest_complete, latest.captured AS latest_captured,
    latest.expected AS latest_expected, latest.coverage AS latest_coverage,
    CASE
        WHEN len(head.recent) >= 3
            THEN list_median(list_transform(
                range(1, len(head.recent)), lambda place: epoch(head.recent[place] - head.recent[place + 1])
            ))
    END AS usual_seconds
FROM head
INNER JOIN snapshot AS shown USING (source, category_id, observed_at)
INNER JOIN snapshot AS latest
    ON head.source = latest.source AND head.category_id = latest.category_id AND head.latest_at = latest.observed_at
ORDER BY head.source, latest.category_title, head.category_id
