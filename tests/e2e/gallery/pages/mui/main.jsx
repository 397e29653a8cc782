import {
  Alert, AppBar, Avatar, Box, Button, Card, CardContent, Checkbox, Chip, Container, CssBaseline, Dialog, DialogActions,
  DialogContent, DialogTitle, FormControlLabel, Grid, LinearProgress, MenuItem, Paper, Stack, Switch, Tab, Table,
  TableBody, TableCell, TableHead, TablePagination, TableRow, Tabs, TextField, Toolbar, Typography,
} from "@mui/material";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const ACCOUNTS = [
  ["Current account", "DE•• •••• 4411", 2481.07, "primary.main"],
  ["Savings", "DE•• •••• 9020", 15200, "success.main"],
  ["Credit card", "•••• 7788", -312.4, "warning.main"],
];
const WHO = ["Market Hall", "City Transport", "Salary", "Book Shop", "Rent", "Bakery", "Gas and Power", "Cinema"];
const MOVEMENTS = Array.from({ length: 24 }, (_, at) => ({
  id: at,
  who: WHO[at % WHO.length],
  kind: at % 8 === 2 ? "In" : "Out",
  amount: at % 8 === 2 ? 2650 : -((at * 37) % 190) - 4.5,
}));

function Transfer({ open, close }) {
  return (
    <Dialog open={open} onClose={close} fullWidth maxWidth="sm">
      <DialogTitle>New transfer</DialogTitle>
      <DialogContent>
        <Stack spacing={2} sx={{ pt: 1 }}>
          <TextField select label="From account" defaultValue={0}>
            {ACCOUNTS.map(([name], at) => <MenuItem key={name} value={at}>{name}</MenuItem>)}
          </TextField>
          <TextField label="To" placeholder="Name or IBAN" />
          <TextField label="Amount" type="number" defaultValue={25} helperText="Up to 5,000 € a day" />
          <FormControlLabel control={<Checkbox defaultChecked />} label="Send at once" />
        </Stack>
      </DialogContent>
      <DialogActions><Button onClick={close}>Cancel</Button><Button variant="contained">Send</Button></DialogActions>
    </Dialog>
  );
}

function Bank() {
  const [open, setOpen] = useState(false);
  const [tab, setTab] = useState(0);
  const [dense, setDense] = useState(false);
  return (
    <>
      <CssBaseline />
      <AppBar position="sticky">
        <Toolbar sx={{ gap: 2 }}>
          <Typography variant="h6" component="h1" sx={{ flexGrow: 1 }}>Northern Bank</Typography>
          <Button color="inherit">Cards</Button><Button color="inherit">Messages</Button><Avatar>R</Avatar>
        </Toolbar>
        <Tabs value={tab} onChange={(_, to) => setTab(to)} textColor="inherit" indicatorColor="secondary">
          <Tab label="Accounts" /><Tab label="Standing orders" /><Tab label="Documents" disabled />
        </Tabs>
      </AppBar>
      <Container sx={{ py: 3 }}>
        <Alert severity="info" sx={{ mb: 2 }}>From June your card works in every bus of the city.</Alert>
        <Grid container spacing={2}>
          {ACCOUNTS.map(([name, number, amount, colour]) => (
            <Grid key={name} size={4}>
              <Card sx={{ borderTop: 4, borderColor: colour }}><CardContent>
                <Typography color="text.secondary" gutterBottom>{name}</Typography>
                <Typography variant="h5">{amount.toFixed(2)} €</Typography>
                <Typography variant="body2" className="account-number">{number}</Typography>
                <LinearProgress variant="determinate" value={Math.min(100, Math.abs(amount) / 160)} sx={{ mt: 2 }} />
              </CardContent></Card>
            </Grid>
          ))}
        </Grid>
        <Stack direction="row" spacing={2} sx={{ my: 3, alignItems: "center" }}>
          <Button variant="contained" onClick={() => setOpen(true)}>New transfer</Button>
          <Button variant="outlined">Statements</Button>
          <FormControlLabel control={<Switch checked={dense} onChange={() => setDense(!dense)} />} label="Dense" />
          <TextField size="small" label="Find a movement" variant="outlined" />
        </Stack>
        <Paper>
          <Typography variant="h6" component="h2" sx={{ p: 2 }}>Latest movements</Typography>
          <Table size={dense ? "small" : "medium"}>
            <TableHead><TableRow><TableCell>Who</TableCell><TableCell>Kind</TableCell><TableCell align="right">Amount</TableCell></TableRow></TableHead>
            <TableBody>
              {MOVEMENTS.map(({ id, who, kind, amount }) => (
                <TableRow key={id} hover><TableCell>{who}</TableCell>
                  <TableCell><Chip size="small" label={kind} color={kind === "In" ? "success" : "default"} /></TableCell>
                  <TableCell align="right">{amount.toFixed(2)} €</TableCell></TableRow>
              ))}
            </TableBody>
          </Table>
          <TablePagination component="div" count={240} page={0} rowsPerPage={25} onPageChange={() => {}} />
        </Paper>
      </Container>
      <Transfer open={open} close={() => setOpen(false)} />
    </>
  );
}

createRoot(document.querySelector("#root")).render(<Bank />);
