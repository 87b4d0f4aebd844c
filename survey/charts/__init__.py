"""From a report to Plotly figures, each with its words and its table."""
