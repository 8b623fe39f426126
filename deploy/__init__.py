"""Starting Shelfradar's Airflow: on one machine for a person, and what the containers run."""
