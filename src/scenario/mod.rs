//! Scenarios: requests with expectations, played step by step.
