//! Threads: the shared office's own source, on primitives that try the orders in which threads may run.

mod decision {
    pub(crate) use bianzhi::Decision;
}
