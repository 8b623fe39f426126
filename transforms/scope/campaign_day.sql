-- The days of the phases that were observed: the last complete snapshot of each.
SELECT
    phase.category_id, phase.campaign, phase.year, phase.phase, phase.from_on, snapshot.observed_on,
    max(snapshot.observed_at) AS observed_at
FROM snapshot
INNER JOIN campaign_phase AS phase
    ON snapshot.category_id = phase.category_id AND snapshot.observed_on BETWEEN phase.from_on AND phase.to_on
WHERE snapshot.source = getvariable('scope_source') AND snapshot.complete
GROUP BY ALL
