"""Where stakeholders stand: influence, interest, impact and engagement, as dated judgements with a reason."""
